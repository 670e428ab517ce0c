import type { Budget } from '../engine/flow/step';

/** Time kept for the piece of work that is underway when the budget ends. */
const RESERVE_MS = 90_000;

/** Lets a step go on while the invocation has time for one more piece of work. */
export function budgetOf(context: { getRemainingTimeInMillis(): number }): Budget {
  return {
    shouldContinue: () => context.getRemainingTimeInMillis() > RESERVE_MS,
  };
}
