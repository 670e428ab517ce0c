import { sliceId } from '../../../../../lambdas/prewarm/engine/model/ids';
import { emptyTally, mergeTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { PopStore } from '../../../../../lambdas/prewarm/engine/ports/pop-store';
import type { RequestStore } from '../../../../../lambdas/prewarm/engine/ports/request-store';
import type { SliceLedger } from '../../../../../lambdas/prewarm/engine/ports/slice-ledger';
import {
  collect,
  frankfurt,
  type Made,
  newId,
  samplePop,
  sampleRequest,
  sampleResult,
  tokyo,
} from './samples';

export interface LedgerPorts {
  readonly requests: RequestStore;
  readonly pops: PopStore;
  readonly ledger: SliceLedger;
}

function sumOf(slices: number) {
  const sum = emptyTally();
  for (let slice = 0; slice < slices; slice += 1) mergeTally(sum, sampleResult(newId(), tokyo, slice).tally);
  return sum;
}

/** What every SliceLedger does. */
export function describeSliceLedgerContract(makeAdapter: () => Promise<Made<LedgerPorts>>): void {
  describe('the slice ledger', () => {
    let made: Made<LedgerPorts>;

    beforeAll(async () => {
      made = await makeAdapter();
    });
    afterAll(() => made.close());

    async function startRequest() {
      const record = sampleRequest();
      await made.port.requests.create(record);
      await made.port.pops.putAll([samplePop(record.id, frankfurt), samplePop(record.id, tokyo)]);
      return record.id;
    }

    it('records a slice once, also when asked at the same time', async () => {
      const id = newId();
      const { ledger } = made.port;
      expect(await ledger.isRecorded(id, sliceId(tokyo, 0))).toBe(false);
      const answers = await Promise.all([
        ledger.record(sampleResult(id, tokyo, 0)),
        ledger.record({ ...sampleResult(id, tokyo, 0), failuresKey: `${id}/failures/second.ndjson` }),
      ]);
      expect([...answers].sort()).toEqual(['duplicate', 'recorded']);
      expect(await ledger.record(sampleResult(id, tokyo, 0))).toBe('duplicate');
      expect(await ledger.isRecorded(id, sliceId(tokyo, 0))).toBe(true);
    });

    it('gives back every recorded slice of the request in the order of ids', async () => {
      const id = newId();
      const { ledger } = made.port;
      const results = [
        sampleResult(id, frankfurt, 1),
        sampleResult(id, tokyo, 0),
        sampleResult(id, frankfurt, 0),
      ];
      for (const result of results) await ledger.record(result);
      await ledger.record(sampleResult(newId(), tokyo, 0));
      expect(await collect(ledger.results(id))).toEqual([results[2], results[0], results[1]]);
    });

    it('counts each slice once into the request and its PoP, however often it is asked', async () => {
      const id = await startRequest();
      const { ledger, pops, requests } = made.port;
      const slices = [0, 1, 2].map((index) => sliceId(tokyo, index));
      for (const index of [0, 1, 2]) await ledger.record(sampleResult(id, tokyo, index));
      await ledger.record(sampleResult(id, frankfurt, 0));

      const [a = '', b = '', c = ''] = slices;
      const first = await ledger.count(id, [a, b, a] as typeof slices);
      expect(first).toMatchObject({ countedSlices: 2, progress: sumOf(2) });
      await ledger.count(id, [b, c] as typeof slices);
      await ledger.count(id, slices);
      expect(await requests.get(id)).toMatchObject({ countedSlices: 3, progress: sumOf(3) });
      expect((await pops.all(id)).map(({ progress }) => progress)).toEqual([emptyTally(), sumOf(3)]);
    });

    it('counts once when several count at the same time', async () => {
      const id = await startRequest();
      const { ledger, requests } = made.port;
      const slices = Array.from({ length: 10 }, (_, index) => sliceId(frankfurt, index));
      for (const index of slices.keys()) await ledger.record(sampleResult(id, frankfurt, index));
      await Promise.all([
        ledger.count(id, slices),
        ledger.count(id, slices.slice(3)),
        ledger.count(id, [...slices].reverse()),
      ]);
      expect(await requests.get(id)).toMatchObject({ countedSlices: 10, progress: sumOf(10) });
    });

    it('does not count what is not recorded', async () => {
      const id = await startRequest();
      const { ledger } = made.port;
      expect(await ledger.count(id, [sliceId(tokyo, 5)])).toMatchObject({ countedSlices: 0 });
      await ledger.record(sampleResult(id, tokyo, 5));
      expect(await ledger.count(id, [sliceId(tokyo, 5)])).toMatchObject({ countedSlices: 1 });
    });

    it('names what is recorded and not counted', async () => {
      const id = await startRequest();
      const { ledger } = made.port;
      for (const index of [0, 1, 2]) await ledger.record(sampleResult(id, tokyo, index));
      await ledger.count(id, [sliceId(tokyo, 1)]);
      expect((await collect(ledger.uncounted(id))).sort()).toEqual([sliceId(tokyo, 0), sliceId(tokyo, 2)]);
    });

    it('leaves the status alone', async () => {
      const id = await startRequest();
      await made.port.requests.advance(id, 'STOPPED');
      await made.port.ledger.record(sampleResult(id, tokyo, 0));
      expect(await made.port.ledger.count(id, [sliceId(tokyo, 0)])).toMatchObject({
        status: 'STOPPED',
        countedSlices: 1,
      });
    });
  });
}
