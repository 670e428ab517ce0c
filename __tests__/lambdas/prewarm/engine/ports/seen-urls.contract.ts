import type { SeenUrls } from '../../../../../lambdas/prewarm/engine/ports/seen-urls';
import type { Made } from './samples';

/** What every SeenUrls does. */
export function describeSeenUrlsContract(makeAdapter: () => Promise<Made<SeenUrls>>): void {
  describe('the seen URLs', () => {
    it('tells new ones from those that came before, also within one call', async () => {
      const { port, close } = await makeAdapter();
      expect(await port.addAll(['a', 'b', 'a'])).toEqual([true, true, false]);
      expect(await port.addAll(['b', 'c', 'A'])).toEqual([false, true, true]);
      expect(await port.addAll([])).toEqual([]);
      await close();
    });

    it('stays exact for a list that is large', async () => {
      const { port, close } = await makeAdapter();
      function batch(from: number) {
        return Array.from({ length: 1_000 }, (_, index) => `https://a.example/${from + index}`);
      }
      let fresh = 0;
      for (let from = 0; from < 50_000; from += 500)
        fresh += (await port.addAll(batch(from))).filter(Boolean).length;
      expect(fresh).toBe(50_500);
      await close();
    });
  });
}
