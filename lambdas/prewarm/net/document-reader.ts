import { setImmediate } from 'node:timers/promises';
import type { GuardedResolver } from '../engine/addresses/guarded-resolver';
import type { RequestHeader } from '../engine/model/request';
import {
  type DocumentReader,
  type FetchedDocument,
  UnreadableDocument,
} from '../engine/ports/document-reader';
import type { HostRule } from '../engine/request/host-rule';
import { parseUrl } from '../engine/request/url';
import { decodeContent } from './content-coding';
import { getPinned } from './pinned-request';

export interface DocumentReaderOptions {
  /** Documents are read from its edges only, whatever their host resolves to. */
  readonly distributionDomain: string;
  readonly hosts: HostRule;
  readonly resolver: GuardedResolver;
  /** @default [] */
  readonly headers?: readonly RequestHeader[] | undefined;
  /** Port of the edges for https and http alike. @default - 443 for https, 80 for http */
  readonly edgePort?: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string | undefined;
  /** For one document with its redirects, in milliseconds. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** Ends all reading. @default - only the time-out ends it */
  readonly signal?: AbortSignal | undefined;
}

const MAX_REDIRECTS = 5;
const MAX_ADDRESSES = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const TIMEOUT_MS = 30_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

type Answer =
  | { readonly kind: 'document'; readonly document: FetchedDocument }
  | { readonly kind: 'redirect'; readonly to: string };

async function readBody(body: AsyncIterable<unknown>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > maxBytes) throw new UnreadableDocument(`is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads documents of one distribution: its hosts only, from its guarded addresses only, each redirect checked alike.
 * @throws UnreadableDocument with the reason
 */
export function createDocumentReader(options: DocumentReaderOptions): DocumentReader {
  const { distributionDomain, hosts, resolver, edgePort, ca } = options;
  const ownHeaders: Readonly<Record<string, string>> = {
    'user-agent': 'warmpath',
    ...Object.fromEntries((options.headers ?? []).map(({ name, value }) => [name.toLowerCase(), value])),
    'accept-encoding': 'identity',
  };

  async function addressesOf(signal: AbortSignal): Promise<readonly string[]> {
    const resolution = await resolver.resolve(distributionDomain, signal);
    if (resolution.kind === 'unknown-name')
      throw new UnreadableDocument(`${distributionDomain} is not in DNS`);
    if (resolution.kind !== 'addresses') throw new UnreadableDocument(resolution.message);
    if (resolution.addresses.length === 0)
      throw new UnreadableDocument(`${distributionDomain} has no address`);
    return resolution.addresses.slice(0, MAX_ADDRESSES);
  }

  async function checkedUrl(written: string): Promise<URL> {
    const parsed = parseUrl(written);
    if (parsed.kind === 'invalid') throw new UnreadableDocument(parsed.reason);
    const verdict = await hosts.judge(parsed.host);
    if (verdict.kind === 'refused') throw new UnreadableDocument(verdict.reason);
    return new URL(parsed.url);
  }

  async function ask(url: URL, address: string, maxBytes: number, signal: AbortSignal): Promise<Answer> {
    const answer = await getPinned(url, {
      address,
      port: edgePort ?? (url.port === '' ? undefined : Number(url.port)),
      ca,
      headers: ownHeaders,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      signal,
    });
    try {
      const { statusCode = 0, headers } = answer;
      const { location: to, 'content-type': contentType = '' } = headers;
      if (REDIRECTS.has(statusCode) && to !== undefined) return { kind: 'redirect', to };
      if (statusCode !== 200) throw new UnreadableDocument(`answered ${statusCode}`);
      const body = await decodeContent(
        await readBody(answer, maxBytes),
        headers['content-encoding'],
        maxBytes,
      );
      return { kind: 'document', document: { url: url.href, body, contentType } };
    } finally {
      answer.destroy();
    }
  }

  async function askInTurn(url: URL, maxBytes: number, signal: AbortSignal): Promise<Answer> {
    let first: unknown;
    for (const address of await addressesOf(signal)) {
      try {
        return await ask(url, address, maxBytes, signal);
      } catch (error) {
        if (error instanceof UnreadableDocument) throw error;
        first ??= error;
      }
    }
    const reason = signal.aborted
      ? options.signal?.aborted
        ? 'was not read to its end'
        : 'took too long'
      : `could not be fetched: ${first instanceof Error ? first.message : first}`;
    throw new UnreadableDocument(reason, { cause: first });
  }

  async function follow(written: string, maxBytes: number, signal: AbortSignal): Promise<FetchedDocument> {
    let url = await checkedUrl(written);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await askInTurn(url, maxBytes, signal);
      if (answer.kind === 'document') return answer.document;
      const next = URL.canParse(answer.to, url.href) ? new URL(answer.to, url).href : answer.to;
      url = await checkedUrl(next);
    }
    throw new UnreadableDocument(`redirects more than ${MAX_REDIRECTS} times`);
  }

  return {
    giveWay: () => setImmediate(),
    read: async (written, maxBytes) => {
      options.signal?.throwIfAborted();
      // Not AbortSignal.any: a time-out that only it refers to may be collected before it fires.
      const ended = new AbortController();
      function end(): void {
        ended.abort();
      }
      const timer = setTimeout(end, options.timeoutMs ?? TIMEOUT_MS);
      options.signal?.addEventListener('abort', end, { once: true });
      try {
        return await follow(written, maxBytes, ended.signal);
      } finally {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', end);
      }
    },
  };
}
