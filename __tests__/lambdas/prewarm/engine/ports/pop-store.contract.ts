import type { PopStore } from '../../../../../lambdas/prewarm/engine/ports/pop-store';
import { frankfurt, type Made, newId, samplePop, tokyo } from './samples';

/** What every PopStore does. */
export function describePopStoreContract(makeAdapter: () => Promise<Made<PopStore>>): void {
  describe('the PoP store', () => {
    let made: Made<PopStore>;

    beforeAll(async () => {
      made = await makeAdapter();
    });
    afterAll(() => made.close());

    it('answers the PoPs of one request in the order of their codes', async () => {
      const [id, other] = [newId(), newId()];
      const failed = samplePop(id, frankfurt, { status: 'FAILED', addresses: [], message: 'unknown name' });
      await made.port.putAll([samplePop(id, tokyo), failed, samplePop(other, tokyo)]);
      expect(await made.port.all(id)).toEqual([failed, samplePop(id, tokyo)]);
      expect(await made.port.all(newId())).toEqual([]);
    });

    it('keeps that a PoP has no address, which one whose look-up failed does not have', async () => {
      const id = newId();
      const failed = { status: 'FAILED' as const, addresses: [], message: 'none' };
      const gone = samplePop(id, frankfurt, { ...failed, hasNoAddress: true });
      await made.port.putAll([gone, samplePop(id, tokyo, failed)]);
      expect(await made.port.all(id)).toEqual([gone, samplePop(id, tokyo, failed)]);
    });

    it('leaves a PoP that is there as it is', async () => {
      const id = newId();
      await made.port.putAll([samplePop(id, tokyo, { createdAt: 1 })]);
      await made.port.putAll([samplePop(id, tokyo, { createdAt: 2 }), samplePop(id, frankfurt)]);
      expect((await made.port.all(id)).map(({ createdAt }) => createdAt)).toEqual([1, 1]);
    });

    it('takes hundreds at once', async () => {
      const id = newId();
      const codes = Array.from({ length: 300 }, (_, index) => `POP${1_000 + index}` as typeof tokyo);
      await made.port.putAll(codes.map((pop) => samplePop(id, pop)));
      expect(await made.port.all(id)).toHaveLength(300);
    });
  });
}
