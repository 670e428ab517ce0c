import type { Clock } from '../ports/clock';
import type { Pace } from '../ports/transport';

const BURST_MS = 100;
const BITS_PER_BYTE = 8;

/**
 * A token bucket that goes into debt: what has been read is paid for by waiting before the next read, so that the
 * average keeps the cap whatever the size of the objects.
 */
export class Bandwidth implements Pace {
  private readonly bytesPerMs: number;
  private tokens: number;
  private refilledAt: number;

  constructor(
    megabitsPerSecond: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.bytesPerMs = (megabitsPerSecond * 1_000_000) / BITS_PER_BYTE / 1_000;
    this.tokens = this.bytesPerMs * BURST_MS;
    this.refilledAt = clock.monotonicMs();
  }

  take(bytes: number): number {
    const now = this.clock.monotonicMs();
    this.tokens = Math.min(
      this.bytesPerMs * BURST_MS,
      this.tokens + (now - this.refilledAt) * this.bytesPerMs,
    );
    this.refilledAt = now;
    this.tokens -= bytes;
    return this.tokens >= 0 ? 0 : -this.tokens / this.bytesPerMs;
  }
}
