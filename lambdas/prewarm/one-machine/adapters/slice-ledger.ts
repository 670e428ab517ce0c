import type { PopCode, RequestId, SliceId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord } from '../../engine/model/request';
import type { SliceResult } from '../../engine/model/slice';
import { emptyTally, type MutableTally, mergeTally, type Tally } from '../../engine/model/tally';
import type { Clock } from '../../engine/ports/clock';
import type { SliceLedger } from '../../engine/ports/slice-ledger';
import { keys } from './keys';
import { del, put, type Store, type WriteOperation } from './store';

function copyOf(tally: Tally): MutableTally {
  const copy = emptyTally();
  mergeTally(copy, tally);
  return copy;
}

/** Slice results. The marker `uncounted!…` is written with the row and removed with the count, each in one batch. */
export class EmbeddedSliceLedger implements SliceLedger {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async record(result: SliceResult): Promise<'recorded' | 'duplicate'> {
    const { requestId, sliceId } = result;
    const key = keys.slice(requestId, sliceId);
    if (this.store.has(key)) return 'duplicate';
    await this.store.commit([put(key, result), put(keys.uncounted(requestId, sliceId), sliceId)]);
    return 'recorded';
  }

  async isRecorded(id: RequestId, slice: SliceId): Promise<boolean> {
    return this.store.has(keys.slice(id, slice));
  }

  async count(id: RequestId, slices: readonly SliceId[]): Promise<RequestRecord> {
    const record = this.store.get<RequestRecord>(keys.request(id));
    if (record === undefined) throw new Error(`request ${id} is unknown, its slices cannot be counted`);
    const fresh = this.uncountedAmong(id, slices);
    if (fresh.length === 0) return record;

    const progress = copyOf(record.progress);
    const byPop = new Map<PopCode, MutableTally>();
    for (const { pop, tally } of fresh) {
      mergeTally(progress, tally);
      const ofPop = byPop.get(pop) ?? emptyTally();
      mergeTally(ofPop, tally);
      byPop.set(pop, ofPop);
    }
    const after: RequestRecord = {
      ...record,
      progress,
      countedSlices: record.countedSlices + fresh.length,
      updatedAt: this.clock.now(),
    };
    await this.store.commit([
      put(keys.request(id), after),
      ...this.popWrites(id, byPop),
      ...fresh.map(({ sliceId }) => del(keys.uncounted(id, sliceId))),
    ]);
    return after;
  }

  async *uncounted(id: RequestId): AsyncGenerator<SliceId> {
    for await (const [, slice] of this.store.entries<SliceId>(keys.allUncounted(id))) yield slice;
  }

  async *results(id: RequestId): AsyncGenerator<SliceResult> {
    for await (const [, result] of this.store.entries<SliceResult>(keys.slices(id))) yield result;
  }

  private uncountedAmong(id: RequestId, slices: readonly SliceId[]): SliceResult[] {
    return [...new Set(slices)]
      .filter((slice) => this.store.has(keys.uncounted(id, slice)))
      .map((slice) => this.store.get<SliceResult>(keys.slice(id, slice)))
      .filter((result) => result !== undefined);
  }

  private popWrites(id: RequestId, byPop: ReadonlyMap<PopCode, Tally>): WriteOperation[] {
    return [...byPop].flatMap(([pop, tally]) => {
      const key = keys.pop(id, pop);
      const record = this.store.get<PopRecord>(key);
      if (record === undefined) return [];
      const progress = copyOf(record.progress);
      mergeTally(progress, tally);
      return [put(key, { ...record, progress })];
    });
  }
}
