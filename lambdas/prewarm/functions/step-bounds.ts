import type { Budget } from '../engine/flow/step';
import type { RequestSpec } from '../engine/model/request';
import { URLS_PER_SLICE } from '../engine/model/slice';

/** How much a slice holds, and for how long one invocation works on a step. */

/** A slice is worth its message, result row and stream record, and small enough to be done again after a Spot notice. */
export const SEGMENT_BOUNDS = { maxUrls: URLS_PER_SLICE, maxBytes: 2 * 1024 ** 3 } as const;

/** Slices that an agent of the usual size warms at a time. */
const SLICES_PER_INSTANCE = 8;

export function workersFor(spec: RequestSpec): number {
  return Math.max(1, spec.instanceCount) * SLICES_PER_INSTANCE;
}

/** Time kept for the piece of work that is underway when the budget ends. */
const RESERVE_MS = 90_000;

/** Time kept for storing what a piece of work that was cut short has come to. */
const STORE_MS = 30_000;

/** Returns a budget that lasts while the invocation has time for one more piece of work. */
export function budgetOf(context: { getRemainingTimeInMillis(): number }): Budget {
  return {
    shouldContinue: () => context.getRemainingTimeInMillis() > RESERVE_MS,
  };
}

/** As `budgetOf`, and cuts a piece of work short that would outlast the invocation; for steps that then store a cursor. */
export function boundedBudgetOf(context: { getRemainingTimeInMillis(): number }): Budget {
  const leftMs = Math.max(0, Math.floor(context.getRemainingTimeInMillis() - STORE_MS));
  return { ...budgetOf(context), signal: AbortSignal.timeout(leftMs) };
}
