import type { RequestId, SliceId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import { isUnderway } from '../model/request';
import type { RequestStore } from '../ports/request-store';
import type { SliceLedger } from '../ports/slice-ledger';

export interface AggregateDeps {
  readonly requests: RequestStore;
  readonly ledger: SliceLedger;
}

/** Slices handed to the ledger at a time; the more there are, the fewer writes it needs for each. */
const COUNT_BATCH = 500;

/** `ended` also when it had ended before. */
export type CountResult = 'open' | 'ended';

/** Ends the request when every slice is counted; asking again changes nothing. */
async function finishIfComplete(deps: AggregateDeps, record: RequestRecord): Promise<CountResult> {
  if (!isUnderway(record)) return 'ended';
  if (record.totals === undefined || record.countedSlices < record.totals.sliceCount) return 'open';
  await deps.requests.advance(record.id, 'FINISHED');
  return 'ended';
}

/** Counts these recorded slices, each exactly once however often it is asked, and ends the request after the last. */
export async function countSlices(
  deps: AggregateDeps,
  id: RequestId,
  slices: readonly SliceId[],
): Promise<CountResult> {
  let result: CountResult = 'open';
  for (let start = 0; start < slices.length; start += COUNT_BATCH) {
    const record = await deps.ledger.count(id, slices.slice(start, start + COUNT_BATCH));
    result = await finishIfComplete(deps, record);
  }
  return result;
}

/** Counts what a crash left recorded but not counted, and ends the request if that was all. */
export async function recoverCounts(deps: AggregateDeps, id: RequestId): Promise<CountResult> {
  let batch: SliceId[] = [];
  for await (const slice of deps.ledger.uncounted(id)) {
    batch.push(slice);
    if (batch.length < COUNT_BATCH) continue;
    await countSlices(deps, id, batch);
    batch = [];
  }
  if (batch.length > 0) await countSlices(deps, id, batch);
  const record = await deps.requests.get(id);
  return record === undefined ? 'ended' : finishIfComplete(deps, record);
}
