import type { PopCode } from '../model/ids';
import type { FetchOutcome } from '../model/outcome';
import type { Clock } from '../ports/clock';
import type { FetchTarget, Pace, Transport } from '../ports/transport';
import { classify } from './classify';
import type { Place } from './fetch-plan';
import type { Governor } from './governor';
import { backoffMs, judgeAttempt } from './retry';

/** What all fetches of a slice have in common. */
export interface FetchContext {
  readonly pop: PopCode;
  readonly addresses: readonly string[];
  readonly transport: Transport;
  readonly clock: Clock;
  readonly governor: Governor;
  /** Replaces the URL's own port, where edges listen elsewhere. */
  readonly edgePort?: number | undefined;
  readonly pace?: Pace | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly skipWarm: boolean;
  readonly rangeBytes?: number | undefined;
}

/** What became of one URL in one encoding. */
export interface Warmed {
  readonly outcome: FetchOutcome;
  /** Attempts of the exchange that decided, the first included. */
  readonly attempts: number;
}

type Method = FetchTarget['method'];
type Headers = FetchTarget['headers'];

/**
 * Warms one URL in one encoding: looks first where asked, downloads, and where `verify` is set asks again and
 * expects a Hit. `turn` spreads fetches over the addresses of the PoP.
 */
export function warmOne(
  context: FetchContext,
  place: Place,
  headers: Headers,
  turn: number,
  verify: boolean,
): Promise<Warmed> {
  return context.skipWarm || verify
    ? warmWithCare(context, place, headers, turn, verify)
    : exchange(context, 'GET', place, headers, turn);
}

async function warmWithCare(
  context: FetchContext,
  place: Place,
  headers: Headers,
  turn: number,
  verify: boolean,
): Promise<Warmed> {
  if (context.skipWarm) {
    const look = await exchange(context, 'HEAD', place, headers, turn);
    if (look.outcome.kind === 'already-warm') return look;
  }
  const first = await exchange(context, 'GET', place, headers, turn);
  return verify && mayBeStored(first.outcome) ? proven(context, place, headers, turn, first) : first;
}

/** Whether a Miss may prove to be stored: also against its headers, as a minimum TTL overrides them. */
function mayBeStored(outcome: FetchOutcome): boolean {
  return outcome.kind === 'warmed' || outcome.kind === 'not-cacheable';
}

async function proven(
  context: FetchContext,
  place: Place,
  headers: Headers,
  turn: number,
  first: Warmed,
): Promise<Warmed> {
  const again = await askAgain(context, place, headers, turn);
  const { outcome } = first;
  if (!('status' in outcome)) return first;
  switch (again.outcome.kind) {
    case 'already-warm': {
      const { status, bytes, durationMs, pop, xCache } = outcome;
      const answered = { status, bytes, durationMs, ...(pop ? { pop } : {}), ...(xCache ? { xCache } : {}) };
      return { outcome: { kind: 'warmed', ...answered }, attempts: first.attempts };
    }
    case 'warmed':
      return {
        outcome: { ...again.outcome, kind: 'not-cacheable', reason: 'a second request was a Miss again' },
        attempts: again.attempts,
      };
    default:
      return again;
  }
}

/** HEAD proves a stored object without a download; a range is proven by the range, and a refused HEAD by GET. */
async function askAgain(
  context: FetchContext,
  place: Place,
  headers: Headers,
  turn: number,
): Promise<Warmed> {
  if (context.rangeBytes !== undefined) return exchange(context, 'GET', place, headers, turn);
  const head = await exchange(context, 'HEAD', place, headers, turn);
  return head.outcome.kind === 'http-error' ? exchange(context, 'GET', place, headers, turn) : head;
}

/** One exchange with as many attempts as it may need, each at the next address. Keeps the first error. */
async function exchange(
  context: FetchContext,
  method: Method,
  place: Place,
  headers: Headers,
  turn: number,
): Promise<Warmed> {
  const { addresses, clock, governor, pop, signal } = context;
  const { limits } = governor;
  let firstFailure: FetchOutcome | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const address = addresses[(turn + attempt - 1) % addresses.length] ?? '';
    const answer = await context.transport.fetch(
      {
        method,
        scheme: place.scheme,
        address,
        port: context.edgePort ?? place.port,
        host: place.host,
        path: place.path,
        headers,
        timeouts: limits.timeouts,
        pace: context.pace,
      },
      signal,
    );
    const outcome = classify(answer, { method, pop });
    const verdict = judgeAttempt(outcome, answer, limits, clock.now());
    if (verdict.kind === 'final') return { outcome, attempts: attempt };
    firstFailure ??= outcome;
    if (attempt >= limits.attempts || signal?.aborted) return { outcome: firstFailure, attempts: attempt };
    const pause = Math.max(verdict.notBeforeMs, backoffMs(attempt, limits, clock.random()));
    await clock.sleep(pause, signal);
  }
}
