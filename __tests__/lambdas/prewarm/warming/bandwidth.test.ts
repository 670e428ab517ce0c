import fc from 'fast-check';
import { Bandwidth } from '../../../../lambdas/prewarm/domain/warming/bandwidth';

describe('a bandwidth cap', () => {
  it('holds the average whatever the sizes of the reads, but for one burst of 100 ms', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1_000, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 200 }),
        (megabits, reads) => {
          let now = 0;
          const cap = new Bandwidth(megabits, { now: () => now, sleep: async () => {}, random: () => 0 });
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
});
