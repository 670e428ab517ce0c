import type { Clock } from '../ports/clock';
import { ConcurrencySearch, SILENCE_MS } from './concurrency-search';
import type { ConcurrencyRange } from './warm-limits';

/** Waiters that have had their turn are cleared away in such numbers: the queue may never be empty while a list lasts. */
const FORGOTTEN_AT_ONCE = 256;

/** A gate that lets through as many fetches at a time as the search finds best; first come, first served. */
export class AdaptiveLimiter {
  private readonly search: ConcurrencySearch;
  private underway = 0;
  private readonly waiters: (() => void)[] = [];
  private firstWaiter = 0;
  private listens = false;

  constructor(
    range: ConcurrencyRange,
    private readonly clock: Pick<Clock, 'monotonicMs' | 'busyMs' | 'sleep'>,
    /** A bound besides the search, asked again for each fetch. */
    private readonly most: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.search = new ConcurrencySearch(range, clock);
  }

  /** Fetches that may be underway at the same time, now. */
  get limit(): number {
    return Math.min(this.search.limit, this.most());
  }

  /** The same without the bound besides the search. */
  get found(): number {
    return this.search.limit;
  }

  /** Changes the bounds; what is underway above them ends in its own time. */
  confine(range: ConcurrencyRange): void {
    this.search.confine(range);
  }

  get inFlight(): number {
    return this.underway;
  }

  /** Takes a slot; returns nothing when one is free at once, else a promise of it. */
  acquire(): Promise<void> | undefined {
    if (this.underway < this.limit) {
      this.underway += 1;
      return undefined;
    }
    if (this.underway >= this.search.limit) this.search.waited();
    if (!this.listens) void this.listenToSilence();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Gives the place back, with the weight of what was done and whether it failed as at a place asked too much. */
  release(work: number, overloaded: boolean): void {
    this.underway -= 1;
    this.search.finished(this.clock.monotonicMs(), work, overloaded);
    this.admit();
    if (this.firstWaiter >= FORGOTTEN_AT_ONCE) this.forgetServed();
  }

  private async listenToSilence(): Promise<void> {
    this.listens = true;
    while (this.search.mayRiseInSilence) {
      await this.clock.sleep(SILENCE_MS);
      this.search.riseInSilence();
      this.admit();
    }
  }

  /** Lets waiting fetches through as far as there is room; to be called where the bound besides the search has changed. */
  admit(): void {
    while (this.underway < this.limit && this.firstWaiter < this.waiters.length) {
      const next = this.waiters[this.firstWaiter];
      this.firstWaiter += 1;
      this.underway += 1;
      next?.();
    }
  }

  private forgetServed(): void {
    this.waiters.splice(0, this.firstWaiter);
    this.firstWaiter = 0;
  }
}
