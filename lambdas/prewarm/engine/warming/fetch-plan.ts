import { acceptEncoding } from '../model/accept-encoding';
import type { Encoding, RequestSpec } from '../model/request';
import type { FetchTarget } from '../ports/transport';

const DEFAULT_HEADERS = { accept: '*/*', 'user-agent': 'Warmpath (CloudFront prewarm)' } as const;
type Headers = FetchTarget['headers'];

/** One encoding of a request, with the headers that every fetch in it sends. */
export interface EncodingPlan {
  readonly encoding: Encoding;
  readonly headers: Headers;
  /** Those for http URLs: browsers ask for fewer encodings there. */
  readonly clearHeaders: Headers;
}

/** Returns the headers of each encoding, made once per slice. The request's own headers win over the defaults. */
export function planEncodings(spec: RequestSpec): readonly EncodingPlan[] {
  return spec.encodings.map((encoding) => {
    const headers: Record<string, string> = { ...DEFAULT_HEADERS };
    for (const { name, value } of spec.headers) headers[name.toLowerCase()] = value;
    if (spec.rangeBytes !== undefined) headers['range'] = `bytes=0-${spec.rangeBytes - 1}`;
    return {
      encoding,
      headers: accepting(headers, encoding, 'https'),
      clearHeaders: accepting(headers, encoding, 'http'),
    };
  });
}

function accepting(headers: Headers, encoding: Encoding, scheme: UrlParts['scheme']): Headers {
  const value = acceptEncoding(encoding, scheme);
  return value === undefined ? headers : { ...headers, 'accept-encoding': value };
}

/** Returns the headers of a fetch of this URL. */
export function headersFor({ headers, clearHeaders }: EncodingPlan, { scheme }: UrlParts): Headers {
  return scheme === 'https' ? headers : clearHeaders;
}

/** The parts of a URL that a fetch needs. */
export interface UrlParts {
  readonly scheme: 'https' | 'http';
  readonly host: string;
  readonly port: number;
  /** Path and query, exactly as written. */
  readonly path: string;
}

const DEFAULT_PORT = { https: 443, http: 80 } as const;

/** Splits a normalised URL without touching its characters; nothing where it is not an http or https URL. */
export function urlPartsOf(url: string): UrlParts | undefined {
  const scheme = url.startsWith('https://') ? 'https' : url.startsWith('http://') ? 'http' : undefined;
  if (scheme === undefined) return undefined;
  const start = scheme.length + 3;
  const slash = url.indexOf('/', start);
  const authority = slash === -1 ? url.slice(start) : url.slice(start, slash);
  const colon = authority.indexOf(':');
  const host = colon === -1 ? authority : authority.slice(0, colon);
  const port = colon === -1 ? DEFAULT_PORT[scheme] : Number(authority.slice(colon + 1));
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  return { scheme, host, port, path: slash === -1 ? '/' : url.slice(slash) };
}
