import type { FetchOutcome } from './outcome';
import type { FetchFailure } from './slice';
import { addOutcome, emptyTally, type MutableTally, mergeTally, type Tally } from './tally';

/**
 * Fetches of a slice that are done, with exactly their sum and their failures: what a delivery goes on from when the one before
 * it was cut short.
 */
export interface SliceProgress {
  /** Numbers of the fetches: the line's number times the number of encodings, plus that of the encoding. */
  readonly done: readonly number[];
  readonly tally: Tally;
  readonly failures: readonly FetchFailure[];
}

/** Gathers what is done from one moment to the next, so that it can be stored a piece at a time. */
export class ProgressCollector {
  private done: number[] = [];
  private tally: MutableTally = emptyTally();
  private failures: FetchFailure[] = [];

  add(fetch: number, outcome: FetchOutcome, failure?: FetchFailure): void {
    this.done.push(fetch);
    addOutcome(this.tally, outcome);
    if (failure !== undefined) this.failures.push(failure);
  }

  merge(progress: SliceProgress): void {
    for (const fetch of progress.done) this.done.push(fetch);
    for (const failure of progress.failures) this.failures.push(failure);
    mergeTally(this.tally, progress.tally);
  }

  /** Returns what has been gathered since the last call; nothing where that is no fetch. */
  take(): SliceProgress | undefined {
    if (this.done.length === 0) return undefined;
    const { done, tally, failures } = this;
    this.done = [];
    this.tally = emptyTally();
    this.failures = [];
    return { done, tally, failures };
  }
}
