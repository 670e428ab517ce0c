import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { SliceProgress } from '../../../../../lambdas/prewarm/engine/model/slice-progress';
import { emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { SliceJournal } from '../../../../../lambdas/prewarm/engine/ports/slice-journal';
import type { SliceLedger } from '../../../../../lambdas/prewarm/engine/ports/slice-ledger';
import { frankfurt, type Made, newId, sampleResult, sampleSlice } from './samples';

function pieceOf(done: readonly number[]): SliceProgress {
  const tally = emptyTally();
  tally.fetches = done.length;
  tally.outcomes.warmed = done.length;
  return { done, tally, failures: [] };
}

/** What every journal of slices must do. */
export function describeSliceJournalContract(
  make: () => Promise<Made<{ readonly journal: SliceJournal; readonly ledger: SliceLedger }>>,
): void {
  describe('as a journal of slices', () => {
    let made: Made<{ readonly journal: SliceJournal; readonly ledger: SliceLedger }>;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.close());

    it('gives back all that was appended to a slice, with its sum, and nothing of another one', async () => {
      const { journal } = made.port;
      const [id, other] = [newId(), newId()];
      const slice = sampleSlice(id, frankfurt, 1);
      await journal.append(slice, pieceOf([0, 2]));
      await journal.append(slice, pieceOf([1]));
      await journal.append(sampleSlice(id, frankfurt, 10), pieceOf([7]));
      expect(await journal.load(slice)).toMatchObject({ done: [0, 2, 1], tally: { fetches: 3 } });
      expect(await journal.load(sampleSlice(other, frankfurt, 1))).toBeUndefined();
      expect(await journal.load(sampleSlice(id, popCode('NRT57-P3'), 1))).toBeUndefined();
    });

    it('counts nothing twice that two deliveries did', async () => {
      const { journal } = made.port;
      const slice = sampleSlice(newId(), frankfurt, 0);
      for (const done of [[0, 1], [1, 2], [3]]) await journal.append(slice, pieceOf(done));
      expect(await journal.load(slice)).toMatchObject({ done: [0, 1, 3], tally: { fetches: 3 } });
    });

    it('names the slices of a request that are not recorded, each with its PoP and all that is done of it', async () => {
      const { journal, ledger } = made.port;
      const id = newId();
      const [first, second] = [sampleSlice(id, frankfurt, 0), sampleSlice(id, frankfurt, 10)];
      for (const done of [[0], [1, 2]]) await journal.append(first, pieceOf(done));
      await journal.append(second, pieceOf([7]));
      await journal.append(sampleSlice(newId(), frankfurt, 0), pieceOf([3]));
      await ledger.record(sampleResult(id, frankfurt, 10));
      const parts: unknown[] = [];
      for await (const part of journal.unrecorded(id)) parts.push(part);
      const slice = { requestId: id, id: first.id, pop: frankfurt };
      expect(parts).toMatchObject([{ slice, progress: { done: [0, 1, 2], tally: { fetches: 3 } } }]);
    });

    it('is at its end when the slice is recorded', async () => {
      const { journal, ledger } = made.port;
      const id = newId();
      const slice = sampleSlice(id, frankfurt, 0);
      await journal.append(slice, pieceOf([0]));
      await journal.append(slice, pieceOf([1]));
      await ledger.record(sampleResult(id, frankfurt, 0));
      expect(await journal.load(slice)).toBeUndefined();
    });
  });
}
