import type { Fleet } from '../../../../../lambdas/prewarm/engine/ports/fleet';
import type { Made } from './samples';

/** What every Fleet does. */
export function describeFleetContract(makeAdapter: () => Promise<Made<Fleet>>): void {
  describe('the fleet', () => {
    let made: Made<Fleet>;

    beforeAll(async () => {
      made = await makeAdapter();
    });
    afterAll(() => made.close());

    it('has a name, and the capacity that was set last', async () => {
      expect(made.port.name).not.toBe('');
      await made.port.setCapacity(7);
      await made.port.setCapacity(3);
      expect(await made.port.capacity()).toBe(3);
      await made.port.setCapacity(0);
      expect(await made.port.capacity()).toBe(0);
    });
  });
}
