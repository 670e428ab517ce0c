import type { FetchTimeouts } from '../ports/transport';

/** Between which bounds the number of simultaneous fetches is searched, and where the search begins. */
export interface ConcurrencyRange {
  readonly floor: number;
  readonly start: number;
  readonly ceiling: number;
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
   * Fetches in flight at most, as a share of those that are done; the floor of `total` is always allowed.
   * @default - no such bound
   */
  readonly inFlightShare?: number;
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
  perPop: { floor: 8, start: 64, ceiling: 1_000 },
  total: { floor: 16, start: 500, ceiling: 1_000 },
  verifyOneOf: 20,
};

function within(range: ConcurrencyRange, ceiling: number): ConcurrencyRange {
  return {
    floor: Math.min(range.floor, ceiling),
    start: Math.min(range.start, ceiling),
    ceiling: Math.min(range.ceiling, ceiling),
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

/**
 * Returns the same limits for a process that follows one that was killed: what is in flight is lost with the next kill too, so it
 * is a few per cent of what was done until then, at most.
 */
export function afterKill(limits: WarmLimits): WarmLimits {
  return { ...limits, inFlightShare: 0.04 };
}

/** Returns the part of the limits that each of `threads` threads may use, so that together they stay within them. */
export function shareOf(limits: WarmLimits, threads: number): WarmLimits {
  return {
    ...limits,
    perPop: within(limits.perPop, Math.max(1, Math.floor(limits.perPop.ceiling / threads))),
    total: within(limits.total, Math.max(1, Math.floor(limits.total.ceiling / threads))),
  };
}
