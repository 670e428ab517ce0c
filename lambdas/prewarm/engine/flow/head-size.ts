import type { RequestSpec } from '../model/request';
import type { Clock } from '../ports/clock';
import type { FetchAnswer, FetchTarget, Transport } from '../ports/transport';
import { planEncodings, urlPartsOf } from '../warming/fetch-plan';

/** What sizing learns of a URL: its size, that it is there but tells no size, or why it was not reached. */
export type UrlSize =
  | { readonly kind: 'known'; readonly bytes: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreached' };

export interface HeadSizeDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Port of the edges where it is not the scheme's own. */
  readonly edgePort?: number;
}

const TIMEOUTS = { connectMs: 3_000, headerMs: 10_000, idleMs: 5_000, totalMs: 15_000 };
const ATTEMPTS = 2;
const RETRY_AFTER_MS = 200;

/** Returns what the first of the request's encodings sends, without its range. */
export function sizingHeaders(spec: RequestSpec): FetchTarget['headers'] {
  const { range: _, ...headers } = planEncodings(spec)[0]?.headers ?? {};
  return headers;
}

/** Methods and answers that say "not with HEAD" rather than "not there". */
function refusesHead(status: number): boolean {
  return status === 403 || status === 405 || status === 501;
}

function lengthOf(text: string | undefined): UrlSize {
  return text !== undefined && /^\d+$/.test(text)
    ? { kind: 'known', bytes: Number(text) }
    : { kind: 'unknown' };
}

function totalOfRange(contentRange: string | undefined): string | undefined {
  return contentRange === undefined ? undefined : /\/(\d+)$/.exec(contentRange)?.[1];
}

function sizeFromRange(answer: FetchAnswer): UrlSize {
  if (answer.kind !== 'answer') return { kind: 'unreached' };
  if (answer.status === 206) return lengthOf(totalOfRange(answer.headers['content-range']));
  return answer.status === 200 ? lengthOf(answer.headers['content-length']) : { kind: 'unreached' };
}

function mayHeal(answer: FetchAnswer): boolean {
  if (answer.kind === 'unreachable') return answer.reason !== 'tls';
  return answer.kind !== 'answer' || answer.status >= 500;
}

/**
 * Asks the distribution for the size of one URL: HEAD with the request's headers, and a GET of the first byte where HEAD
 * is refused. Attempts go over the addresses in turn.
 */
export async function headSize(
  deps: HeadSizeDeps,
  url: string,
  headers: FetchTarget['headers'],
  addresses: readonly string[],
  signal?: AbortSignal,
): Promise<UrlSize> {
  const place = urlPartsOf(url);
  if (place === undefined) return { kind: 'unreached' };
  const target: Omit<FetchTarget, 'method' | 'address' | 'headers'> = {
    ...place,
    port: deps.edgePort ?? place.port,
    timeouts: TIMEOUTS,
  };
  const start = Math.floor(deps.clock.random() * addresses.length);
  function exchange(
    attempt: number,
    method: 'GET' | 'HEAD',
    extra: Readonly<Record<string, string>>,
  ): Promise<FetchAnswer> {
    const address = addresses[(start + attempt) % addresses.length] ?? '';
    return deps.transport.fetch({ ...target, method, address, headers: { ...headers, ...extra } }, signal);
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await deps.clock.sleep(RETRY_AFTER_MS * (1 + deps.clock.random()), signal);
    const answer = await exchange(attempt, 'HEAD', {});
    if (answer.kind === 'answer' && answer.status >= 200 && answer.status < 300)
      return lengthOf(answer.headers['content-length']);
    if (answer.kind === 'answer' && refusesHead(answer.status))
      return sizeFromRange(await exchange(attempt, 'GET', { range: 'bytes=0-0' }));
    if (!mayHeal(answer) || signal?.aborted) return { kind: 'unreached' };
  }
  return { kind: 'unreached' };
}
