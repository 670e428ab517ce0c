import type { Clock } from '../ports/clock';

/** So long what is done may wait to be stored before its number counts. */
const STORED_WITHIN_MS = 50;
/** Of the fetches that may be in flight: so many more may be done and not stored for longer than that. */
const SHARE_OF_FLIGHT = 0.25;
const FEW = 16;
/** Fetches that are done so soon after each other are noted together. */
const TOGETHER_MS = 5;

/**
 * Counts the fetches that are done and not stored yet. A crash costs these besides what is in flight, so while they are many and the
 * disk is slow, no further fetch begins.
 */
export class UnstoredFetches {
  private count = 0;
  /** Oldest first. */
  private readonly waiting: { readonly sinceMs: number; fetches: number }[] = [];

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  done(): void {
    const nowMs = this.clock.monotonicMs();
    this.count += 1;
    const last = this.waiting.at(-1);
    if (last !== undefined && nowMs - last.sinceMs < TOGETHER_MS) last.fetches += 1;
    else this.waiting.push({ sinceMs: nowMs, fetches: 1 });
  }

  /** Takes note that so many of them are stored; those that waited longest are taken to be. */
  stored(fetches: number): void {
    this.count -= fetches;
    for (let left = fetches; left > 0; ) {
      const oldest = this.waiting[0];
      if (oldest === undefined) return;
      if (oldest.fetches > left) {
        oldest.fetches -= left;
        return;
      }
      left -= oldest.fetches;
      this.waiting.shift();
    }
  }

  /** Returns true while no further fetch may begin, where `mostInFlight` may be in flight. */
  areTooMany(mostInFlight: number): boolean {
    if (this.count <= Math.max(FEW, mostInFlight * SHARE_OF_FLIGHT)) return false;
    const oldest = this.waiting[0];
    return oldest !== undefined && this.clock.monotonicMs() - oldest.sinceMs > STORED_WITHIN_MS;
  }
}
