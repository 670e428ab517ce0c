import { type PopCode, popOfSlice, type RequestId, type SliceId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord } from '../../engine/model/request';
import type { Slice, SliceResult } from '../../engine/model/slice';
import { ProgressCollector, type SliceProgress } from '../../engine/model/slice-progress';
import { emptyTally, type MutableTally, mergeTally, type Tally } from '../../engine/model/tally';
import type { Clock } from '../../engine/ports/clock';
import type { SliceJournal, SlicePart } from '../../engine/ports/slice-journal';
import type { SliceLedger } from '../../engine/ports/slice-ledger';
import { keys } from './keys';
import { del, put, type Store, type WriteOperation } from './store';

function copyOf(tally: Tally): MutableTally {
  const copy = emptyTally();
  mergeTally(copy, tally);
  return copy;
}

/**
 * Slice results, and the journals of slices that have none yet. The marker `uncounted!…` is written with the row and removed with
 * the count, the journal is removed with the row, each in one batch.
 */
export class EmbeddedSliceLedger implements SliceLedger, SliceJournal {
  /** Pieces in the journals of slices that this process works on. */
  private readonly pieces = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async record(result: SliceResult): Promise<'recorded' | 'duplicate'> {
    const { requestId, sliceId } = result;
    const key = keys.slice(requestId, sliceId);
    if (this.store.has(key)) return 'duplicate';
    await this.store.commit([
      put(key, result),
      put(keys.uncounted(requestId, sliceId), sliceId),
      ...this.journalEnd(requestId, sliceId),
    ]);
    return 'recorded';
  }

  async load({ requestId, id }: Pick<Slice, 'requestId' | 'id'>): Promise<SliceProgress | undefined> {
    const prefix = keys.journalOf(requestId, id);
    const collected = new ProgressCollector();
    const seen = new Set<number>();
    let next = 0;
    for await (const [key, piece] of this.store.entries<SliceProgress>(prefix)) {
      // Two deliveries at a time may have done the same: what both did counts once, and the rest of that piece is done again.
      if (!piece.done.some((fetch) => seen.has(fetch))) {
        for (const fetch of piece.done) seen.add(fetch);
        collected.merge(piece);
      }
      next = Number(key.slice(prefix.length)) + 1;
    }
    // A piece may be on its way to the disk.
    this.pieces.set(prefix, Math.max(next, this.pieces.get(prefix) ?? 0));
    return collected.take();
  }

  async append({ requestId, id }: Slice, progress: SliceProgress): Promise<void> {
    const prefix = keys.journalOf(requestId, id);
    const number = this.pieces.get(prefix) ?? 0;
    this.pieces.set(prefix, number + 1);
    await this.store.commit([put(keys.journal(requestId, id, number), progress)]);
  }

  async *unrecorded(requestId: RequestId): AsyncGenerator<SlicePart> {
    const prefix = keys.journals(requestId);
    const slices = new Set<SliceId>();
    for await (const [key] of this.store.entries(prefix))
      slices.add(key.slice(prefix.length, key.lastIndexOf('!')) as SliceId);
    for (const id of slices) {
      const progress = await this.load({ requestId, id });
      if (progress) yield { slice: { requestId, id, pop: popOfSlice(id) }, progress };
    }
  }

  /** Removes the journals of a request whose slices nobody will work on any more. */
  async removeJournals(id: RequestId): Promise<void> {
    await this.store.removeBelow(keys.journals(id));
  }

  /** Removes everything of a request's slices. */
  async removeAll(id: RequestId): Promise<void> {
    for (const prefix of [keys.slices(id), keys.allUncounted(id), keys.journals(id)])
      await this.store.removeBelow(prefix);
  }

  private journalEnd(id: RequestId, slice: SliceId): WriteOperation[] {
    const prefix = keys.journalOf(id, slice);
    const count = this.pieces.get(prefix) ?? 0;
    this.pieces.delete(prefix);
    return Array.from({ length: count }, (_, number) => del(keys.journal(id, slice, number)));
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
