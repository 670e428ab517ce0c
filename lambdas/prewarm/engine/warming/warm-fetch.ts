import type { PopCode } from '../model/ids';
import type { FetchOutcome } from '../model/outcome';
import type { Clock } from '../ports/clock';
import type { FetchTarget, Pace, Transport } from '../ports/transport';
import { classify } from './classify';
import type { UrlParts } from './fetch-plan';
import type { Governor } from './governor';
import { backoffMs, isUnreached, judgeAttempt } from './retry';

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
  /** Its attempts failed, and one of them may have stored the object: a Hit is then their work. */
  readonly mayBeStored?: boolean;
}

type Method = FetchTarget['method'];
type Headers = FetchTarget['headers'];

/**
 * Warms one URL in one encoding: looks first where asked, downloads, and where `verify` is set asks again and
 * expects a Hit. `turn` spreads fetches over the addresses of the PoP.
 */
export function warmOne(
  context: FetchContext,
  url: UrlParts,
  headers: Headers,
  turn: number,
  verify: boolean,
): Promise<Warmed> {
  return context.skipWarm || verify
    ? warmWithCare(context, url, headers, turn, verify)
    : exchange(context, 'GET', url, headers, turn);
}

async function warmWithCare(
  context: FetchContext,
  url: UrlParts,
  headers: Headers,
  turn: number,
  verify: boolean,
): Promise<Warmed> {
  const look = context.skipWarm ? await exchange(context, 'HEAD', url, headers, turn) : undefined;
  if (look?.outcome.kind === 'already-warm') return look;
  const got = await exchange(context, 'GET', url, headers, turn);
  // The look has filled the edge where it stores what a HEAD asks for.
  const hasFilled = look !== undefined && (mayBeStored(look.outcome) || mayHaveArrived(look.outcome));
  const first = hasFilled ? { ...got, outcome: asWarmed(got.outcome) } : got;
  return verify && mayBeStored(first.outcome) ? proven(context, url, headers, turn, first) : first;
}

/** Returns a Hit that is this fetch's own work, since an earlier request of it was no Hit. */
export function asWarmed(outcome: FetchOutcome): FetchOutcome {
  return outcome.kind === 'already-warm' ? { ...outcome, kind: 'warmed' } : outcome;
}

/** Returns whether a Miss may prove to be stored: also against its headers, as a minimum TTL overrides them. */
function mayBeStored(outcome: FetchOutcome): boolean {
  return outcome.kind === 'warmed' || outcome.kind === 'not-cacheable';
}

async function proven(
  context: FetchContext,
  url: UrlParts,
  headers: Headers,
  turn: number,
  first: Warmed,
): Promise<Warmed> {
  const again = await askAgain(context, url, headers, turn);
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
  url: UrlParts,
  headers: Headers,
  turn: number,
): Promise<Warmed> {
  if (context.rangeBytes !== undefined) return exchange(context, 'GET', url, headers, turn);
  const head = await exchange(context, 'HEAD', url, headers, turn);
  return head.outcome.kind === 'http-error' ? exchange(context, 'GET', url, headers, turn) : head;
}

function notTried(silentMs: number): FetchOutcome {
  return {
    kind: 'unreachable',
    reason: 'network',
    durationMs: 0,
    detail: `not tried: no address of the PoP has answered for ${Math.round(silentMs / 1000)} s`,
  };
}

/** Returns true where the edge may have got the request and stored the object, although no whole answer came back. */
function mayHaveArrived(outcome: FetchOutcome): boolean {
  return (
    outcome.kind === 'truncated' ||
    (outcome.kind === 'timed-out' && outcome.phase !== 'connect') ||
    (outcome.kind === 'unreachable' && outcome.reason === 'reset')
  );
}

/** What the attempts of one exchange came to so far. */
interface Attempts {
  /** The first error, which is the one that is told. */
  failure?: FetchOutcome;
  /** Number of the PoP's responses when that error occurred. */
  answersBefore?: number;
  /** One of them may have stored the object: a Hit is then its work. */
  arrived: boolean;
}

/** One exchange with as many attempts as it may need, each at the next address. Keeps the first error. */
async function exchange(
  context: FetchContext,
  method: Method,
  url: UrlParts,
  headers: Headers,
  turn: number,
): Promise<Warmed> {
  const { clock, governor, signal } = context;
  const { limits } = governor;
  const reachability = governor.reachability(context.pop);
  const so: Attempts = { arrived: false };
  for (let attempt = 1; ; attempt += 1) {
    const isAway = reachability.isAway(clock.monotonicMs());
    if (isAway && !reachability.beginProbe()) {
      const outcome = so.failure ?? notTried(reachability.silentMs(clock.monotonicMs()));
      return { outcome, attempts: attempt - 1, mayBeStored: so.arrived };
    }
    const beganMs = clock.monotonicMs();
    const { answer, outcome } = await attemptAt(context, method, url, headers, turn + attempt - 1);
    if (isAway) reachability.endProbe();
    const unreached = isUnreached(outcome);
    if (!unreached) reachability.answered();
    else if (!signal?.aborted) reachability.unreached(beganMs);
    const verdict = judgeAttempt(outcome, answer, limits, clock.now());
    if (verdict.kind === 'final')
      return { outcome: so.arrived ? asWarmed(outcome) : outcome, attempts: attempt };
    so.failure ??= outcome;
    so.answersBefore ??= reachability.answers;
    so.arrived ||= mayHaveArrived(outcome);
    // Where others get answers meanwhile, it is this URL and not the PoP.
    const isSilent = unreached && reachability.answers === so.answersBefore;
    const isLast =
      attempt >= (isSilent ? limits.reachAttempts : limits.attempts) ||
      reachability.isAway(clock.monotonicMs());
    if (isLast || signal?.aborted) return { outcome: so.failure, attempts: attempt, mayBeStored: so.arrived };
    const pause = Math.max(verdict.notBeforeMs, backoffMs(attempt, limits, clock.random()));
    await clock.sleep(pause, signal);
  }
}

async function attemptAt(
  context: FetchContext,
  method: Method,
  url: UrlParts,
  headers: Headers,
  turn: number,
) {
  const { addresses, governor, pop, rangeBytes, signal } = context;
  const answer = await context.transport.fetch(
    {
      method,
      scheme: url.scheme,
      address: addresses[turn % addresses.length] ?? '',
      port: context.edgePort ?? url.port,
      host: url.host,
      path: url.path,
      headers,
      timeouts: governor.limits.timeouts,
      pace: context.pace,
    },
    signal,
  );
  return { answer, outcome: classify(answer, { method, pop, rangeBytes }) };
}
