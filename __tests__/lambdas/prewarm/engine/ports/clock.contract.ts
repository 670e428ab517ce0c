import type { Clock } from '../../../../../lambdas/prewarm/engine/ports/clock';

/** What every Clock does. */
export function describeClockContract(makeAdapter: () => Clock): void {
  describe('the clock', () => {
    it('sleeps, and wakes at once for a signal, without rejecting', async () => {
      const clock = makeAdapter();
      await clock.sleep(1);
      const woken = new AbortController();
      const asleep = clock.sleep(3_600_000, woken.signal);
      woken.abort();
      await asleep;
      await clock.sleep(3_600_000, woken.signal);
    });

    it('measures durations on a scale of its own, which only grows', async () => {
      const clock = makeAdapter();
      const before = clock.monotonicMs();
      await clock.sleep(5);
      expect(clock.monotonicMs()).toBeGreaterThan(before);
    });

    it('draws numbers from 0 up to 1', () => {
      const clock = makeAdapter();
      for (let draw = 0; draw < 100; draw += 1) {
        const number = clock.random();
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThan(1);
      }
    });
  });
}
