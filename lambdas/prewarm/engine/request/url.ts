import { MAX_HOST_NAME_LENGTH } from './host-name';
import { MAX_URL_BYTES } from './limits';

export type ParsedUrl =
  | { readonly kind: 'url'; readonly url: string; readonly host: string }
  | { readonly kind: 'invalid'; readonly url: string; readonly reason: string };

/**
 * A URL that normalisation leaves as it is: lower-case scheme and host, a path without dot segments, and only characters
 * that the URL standard keeps. Nearly every line of a real list; the test takes a fifth of the parser's time.
 */
const NORMAL =
  /^https?:\/\/(?=[^/]{1,253}\/)(?:(?!xn--)[a-z0-9-]+\.)+(?!xn--)[a-z][a-z0-9-]*(?:\/(?!\.|%2[eE])[\w\-.~!$&'()*+,;=:@%[\]|]*)+(?:\?[\w\-.~!$&()*+,;=:@%/?[\]|]*)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
/** Scheme, and what stands before the path: user info, host and port. */
const AUTHORITY = /^https?:\/\/([^/\\?#]*)/i;
/** User info and port are refused, but by their own reasons. */
const MAX_AUTHORITY_LENGTH = MAX_HOST_NAME_LENGTH + 64;

/** As the compatible API lists it: blanks encoded, so that the same URL written in two ways is listed once. */
function invalid(text: string, reason: string): ParsedUrl {
  const url = text.length > MAX_URL_BYTES ? `${text.slice(0, MAX_URL_BYTES)}…` : text;
  return { kind: 'invalid', url: url.replaceAll(' ', '%20'), reason };
}

/** The mark of a fragment stays where there is one: a blank before it belongs to the path. */
function withoutFragment(text: string): string {
  const hash = text.indexOf('#');
  return hash < 0 ? text : text.slice(0, hash + 1);
}

/** Lengths are looked at first: the standard's parser spends far more time on a long host than on a long path. */
function parseWithStandard(text: string): ParsedUrl {
  if (text.length > MAX_URL_BYTES) return invalid(text, `is longer than ${MAX_URL_BYTES} bytes`);
  if (CONTROL_CHARACTER.test(text)) return invalid(text, 'has a control character');
  const [, authority] = AUTHORITY.exec(text) ?? [];
  if (authority === undefined) {
    const isPath = text.startsWith('/') || text.startsWith('*');
    return invalid(
      text,
      isPath
        ? 'does not start with http:// or https://; paths and wildcards are not read: give whole URLs'
        : 'does not start with http:// or https://',
    );
  }
  if (authority.length > MAX_AUTHORITY_LENGTH)
    return invalid(text, `has a host name longer than ${MAX_HOST_NAME_LENGTH} characters`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return invalid(text, 'is not a URL');
  }
  if (url.username !== '' || url.password !== '') return invalid(text, 'has a user name or password');
  if (url.port !== '') return invalid(text, `has port ${url.port}; CloudFront answers on 80 and 443 only`);
  url.hash = '';
  if (url.href.length > MAX_URL_BYTES) return invalid(text, `is longer than ${MAX_URL_BYTES} bytes`);
  return { kind: 'url', url: url.href, host: url.hostname };
}

/**
 * Normalises one URL as the URL standard does, and so as a browser does before it asks for it: nothing beyond, for any other
 * spelling is another cache key. Every character is literal (`[1-5]` is four characters and a digit, not five URLs). The
 * fragment goes; a port other than the scheme's own and user info are refused. Normalising again changes nothing.
 */
export function parseUrl(text: string): ParsedUrl {
  const trimmed = withoutFragment(text.trim());
  if (trimmed.length > MAX_URL_BYTES || !NORMAL.test(trimmed)) return parseWithStandard(trimmed);
  const hostStart = trimmed.charCodeAt(4) === 0x73 ? 8 : 7;
  return { kind: 'url', url: trimmed, host: trimmed.slice(hostStart, trimmed.indexOf('/', hostStart)) };
}
