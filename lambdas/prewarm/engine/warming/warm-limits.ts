import type { FetchTimeouts } from '../ports/transport';

/** Between which bounds the number of simultaneous fetches is searched, and where the search begins. */
export interface ConcurrencyRange {
  readonly floor: number;
  readonly start: number;
  readonly ceiling: number;
  /**
   * How far the search goes up while no answer has come yet: a place that is far away is silent at first however few it is asked
   * for, and a short list would be over before the search had found out.
   * @default - it stays at `start`
   */
  readonly whileSilent?: number;
}

/** Whichever is more: so many, or a share of the fetches that this process has done. */
export interface MostInFlight {
  readonly atFirst: number;
  readonly shareOfDone: number;
}

/** The bounds within which a machine warms; plain data, so that it can be handed to a worker thread. */
export interface WarmLimits {
  readonly timeouts: FetchTimeouts;
  /** Attempts per fetch, the first included. */
  readonly attempts: number;
  /** Attempts per fetch while no address of the PoP is reached, the first included. */
  readonly reachAttempts: number;
  /** How long a PoP is tried to be reached; from then on its fetches fail at once, but for one that looks whether it is back. */
  readonly reachForMs: number;
  /** Upper bound of the first pause between attempts, in milliseconds; it doubles with each. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** A `retry-after` longer than this is not waited for. */
  readonly retryAfterMaxMs: number;
  readonly perPop: ConcurrencyRange;
  readonly total: ConcurrencyRange;
  /**
   * A bound besides the search on the fetches in flight, over all PoPs.
   * @default - no such bound
   */
  readonly mostInFlight?: MostInFlight;
  /** With `verify: sample`, one of so many fetches is asked for again. */
  readonly verifyOneOf: number;
}

export const DEFAULT_WARM_LIMITS: WarmLimits = {
  timeouts: { connectMs: 6_000, headerMs: 30_000, idleMs: 30_000, totalMs: 900_000 },
  attempts: 3,
  reachAttempts: 20,
  reachForMs: 30_000,
  backoffBaseMs: 200,
  backoffMaxMs: 5_000,
  retryAfterMaxMs: 30_000,
  perPop: { floor: 8, start: 64, ceiling: 1_000, whileSilent: 256 },
  total: { floor: 16, start: 500, ceiling: 1_000 },
  verifyOneOf: 20,
};

function within(range: ConcurrencyRange, ceiling: number): ConcurrencyRange {
  return {
    floor: Math.min(range.floor, ceiling),
    start: Math.min(range.start, ceiling),
    ceiling: Math.min(range.ceiling, ceiling),
    ...(range.whileSilent !== undefined && { whileSilent: Math.min(range.whileSilent, ceiling) }),
  };
}

/** Returns the same limits with at most `concurrency` fetches at a time, per PoP and in total. */
export function withConcurrency(limits: WarmLimits, concurrency: number): WarmLimits {
  return {
    ...limits,
    perPop: within({ ...limits.perPop, ceiling: concurrency }, concurrency),
    total: within({ ...limits.total, ceiling: concurrency }, concurrency),
  };
}

/** A kill costs what is in flight: of the work before and after it, this share. */
const LOST_SHARE = 0.03;
/** Where the search begins after a kill: a machine that is too busy for more, which may be why, stays there. */
const START_AFTER_KILL = 32;

/**
 * Returns the same limits for a process that follows one that was killed, and may be killed too: it begins with few fetches at a
 * time and never has more than a few per cent of what was pending when it began, or of what it has done itself where that is more. So
 * one more kill costs little, and the rest takes no more than some 35 times as long as one fetch.
 * @param pendingFetches fetches of all requests that are not done
 */
export function afterKill(limits: WarmLimits, pendingFetches: number): WarmLimits {
  const { total } = limits;
  const atFirst = Math.max(START_AFTER_KILL, Math.ceil(pendingFetches * LOST_SHARE));
  return {
    ...limits,
    total: { ...total, start: Math.min(total.start, START_AFTER_KILL) },
    mostInFlight: { atFirst, shareOfDone: LOST_SHARE },
  };
}

/** Returns the part of the limits that each of `threads` threads may use, so that together they stay within them. */
export function shareOf(limits: WarmLimits, threads: number): WarmLimits {
  const { mostInFlight } = limits;
  return {
    ...limits,
    perPop: within(limits.perPop, Math.max(1, Math.floor(limits.perPop.ceiling / threads))),
    total: within(limits.total, Math.max(1, Math.floor(limits.total.ceiling / threads))),
    ...(mostInFlight && {
      mostInFlight: { ...mostInFlight, atFirst: Math.max(1, Math.floor(mostInFlight.atFirst / threads)) },
    }),
  };
}
