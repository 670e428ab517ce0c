/** How long a step may go on; asked between two pieces of work, each of a second or so. */
export interface Budget {
  shouldContinue(): boolean;
  /** Cuts short what waits for the network; the piece of work is then done again by the next run. */
  readonly signal?: AbortSignal;
}

/** For runtimes that end a step only by ending. */
export const UNBOUNDED: Budget = { shouldContinue: () => true };

/**
 * `done`: the request is in the next status or final; `more`: the budget ran out, run the step again, it goes on from
 * the cursor that the record keeps.
 */
export type StepResult = 'done' | 'more';
