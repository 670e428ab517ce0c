import type { FetchOutcome } from '../model/outcome';
import type { FetchAnswer } from '../ports/transport';
import type { WarmLimits } from './warm-limits';

/** What to do after an attempt. */
export type Verdict =
  | { readonly kind: 'final' }
  /** Another attempt may heal it, not before `notBeforeMs` from now. */
  | { readonly kind: 'retry'; readonly notBeforeMs: number };

export type BackoffLimits = Pick<WarmLimits, 'backoffBaseMs' | 'backoffMaxMs'>;

const FINAL: Verdict = { kind: 'final' };

/**
 * Returns whether another attempt may heal what came of this one: a connection that failed or broke, a time-out, a 5xx, and a 429
 * that names a time. Never any other 4xx nor a refused handshake, and nothing once the total time is used up.
 */
export function judgeAttempt(
  outcome: FetchOutcome,
  answer: FetchAnswer,
  limits: Pick<WarmLimits, 'retryAfterMaxMs'>,
  nowMs: number,
): Verdict {
  switch (outcome.kind) {
    case 'unreachable':
      return outcome.reason === 'tls' ? FINAL : { kind: 'retry', notBeforeMs: 0 };
    case 'truncated':
      return { kind: 'retry', notBeforeMs: 0 };
    case 'timed-out':
      return outcome.phase === 'total' ? FINAL : { kind: 'retry', notBeforeMs: 0 };
    case 'http-error': {
      const asked = 'headers' in answer ? answer.headers['retry-after'] : undefined;
      if (outcome.status < 500 && !(outcome.status === 429 && asked !== undefined)) return FINAL;
      const notBeforeMs = retryAfterMs(asked, nowMs);
      return notBeforeMs > limits.retryAfterMaxMs ? FINAL : { kind: 'retry', notBeforeMs };
    }
    default:
      return FINAL;
  }
}

/** Seconds or an HTTP date; 0 where it is neither. */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs);
}

/**
 * Returns the pause before the attempt that follows attempt number `attempt` (from 1), in milliseconds: anywhere between 0 and a
 * bound that doubles, so that many fetches that failed together do not come back together.
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: number): number {
  return random * Math.min(limits.backoffMaxMs, limits.backoffBaseMs * 2 ** (attempt - 1));
}

/**
 * Returns true where the address was not reached or said nothing: the edge, or the way to it, is away. Not of a refused handshake
 * or an answer that broke off, since somebody is there.
 */
export function isUnreached(outcome: FetchOutcome): boolean {
  return (
    (outcome.kind === 'unreachable' && outcome.reason !== 'tls') ||
    (outcome.kind === 'timed-out' && (outcome.phase === 'connect' || outcome.phase === 'header'))
  );
}

const PASSING_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Returns true where the same fetch may come to something else a little later. */
export function mayPass(outcome: FetchOutcome): boolean {
  switch (outcome.kind) {
    case 'http-error':
      return PASSING_STATUS.has(outcome.status);
    case 'truncated':
    case 'timed-out':
      return true;
    case 'unreachable':
      return outcome.reason !== 'tls';
    default:
      return false;
  }
}

/** Returns true where the place was asked too much: what makes the concurrency shrink. */
export function signalsOverload(outcome: FetchOutcome): boolean {
  switch (outcome.kind) {
    case 'http-error':
      return outcome.status === 429 || outcome.status === 503 || outcome.status === 504;
    case 'timed-out':
      return true;
    case 'unreachable':
      return outcome.reason !== 'tls';
    default:
      return false;
  }
}
