import fc from 'fast-check';
import type { Clock } from '../../../../../lambdas/prewarm/engine/ports/clock';
import { Bandwidth } from '../../../../../lambdas/prewarm/engine/warming/bandwidth';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';

describe('a bandwidth cap', () => {
  it('holds the average whatever the sizes of the reads, but for one burst of 100 ms', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1_000, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 200 }),
        (megabits, reads) => {
          let now = 0;
          const cap = new Bandwidth(megabits, { monotonicMs: () => now });
          let total = 0;
          for (const bytes of reads) {
            total += bytes;
            now += cap.take(bytes);
          }
          const bytesPerMs = (megabits * 1_000_000) / 8 / 1_000;
          expect(total).toBeLessThanOrEqual((now + 100) * bytesPerMs * 1.000001 + 1);
          expect(total).toBeGreaterThanOrEqual(now * bytesPerMs * 0.999999 - 1);
        },
      ),
    );
  });

  it('goes on at its pace when the clock is set back', () => {
    let wallMs = 1_700_000_000_000;
    const clock: Clock = { ...systemClock, now: () => wallMs };
    const cap = new Bandwidth(8, clock);
    cap.take(100_000);
    wallMs -= 3_600_000;
    expect(cap.take(1_000)).toBeLessThan(1_000);
  });
});
