import type { Slice } from '../model/slice';
import type { Tally } from '../model/tally';
import type { Clock } from '../ports/clock';

/** Longer than any fetch that gets on takes, its attempts and their pauses included. */
const STALLED_AFTER_MS = 60_000;

interface Underway {
  /** Grows in place. */
  readonly soFar: Tally;
  fetches: number;
  /** Monotonic milliseconds of the last look that found more of them. */
  movedAt: number;
}

/**
 * Tells slices in which no fetch has ended for a minute: their PoP hangs. They take hours to end, and hardly any of the machine,
 * so that others may be warmed in their place.
 */
export class StalledSlices {
  private readonly underway = new Map<string, Underway>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  began({ requestId, id }: Slice, soFar: Tally): void {
    const movedAt = this.clock.monotonicMs();
    this.underway.set(`${requestId}/${id}`, { soFar, fetches: soFar.fetches, movedAt });
  }

  ended({ requestId, id }: Slice): void {
    this.underway.delete(`${requestId}/${id}`);
  }

  /** Returns how many slices stall; to be asked every few seconds. */
  count(): number {
    const now = this.clock.monotonicMs();
    let stalled = 0;
    for (const slice of this.underway.values()) {
      if (slice.soFar.fetches !== slice.fetches) {
        slice.fetches = slice.soFar.fetches;
        slice.movedAt = now;
      }
      if (now - slice.movedAt >= STALLED_AFTER_MS) stalled += 1;
    }
    return stalled;
  }
}
