import type { RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { Deadlines } from '../../../../../lambdas/prewarm/engine/ports/deadlines';
import { type Made, newId } from './samples';

export interface DeadlinesFixture {
  readonly deadlines: Deadlines;
  /** The deadlines that are set, or nothing where the adapter has fired or dropped it. */
  readonly pending: (id: RequestId) => Promise<number | undefined>;
}

/** What every Deadlines does. */
export function describeDeadlinesContract(makeAdapter: () => Promise<Made<DeadlinesFixture>>): void {
  describe('the deadlines', () => {
    let made: Made<DeadlinesFixture>;

    beforeAll(async () => {
      made = await makeAdapter();
    });
    afterAll(() => made.close());

    it('keeps one per request; setting it again moves it', async () => {
      const { deadlines, pending } = made.port;
      const [id, other] = [newId(), newId()];
      const at = Math.ceil(Date.now() / 1000) * 1000 + 3_600_000;
      await deadlines.schedule(id, at);
      await deadlines.schedule(other, at + 1_000);
      await deadlines.schedule(id, at + 60_000);
      expect(await pending(id)).toBe(at + 60_000);
      expect(await pending(other)).toBe(at + 1_000);
    });

    it('forgets a cancelled one and ignores an unknown one', async () => {
      const { deadlines, pending } = made.port;
      const id = newId();
      await deadlines.schedule(id, Date.now() + 3_600_000);
      await deadlines.cancel(id);
      await deadlines.cancel(id);
      await deadlines.cancel(newId());
      expect(await pending(id)).toBeUndefined();
    });
  });
}
