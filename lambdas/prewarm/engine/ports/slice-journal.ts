import type { RequestId } from '../model/ids';
import type { Slice, SliceKey } from '../model/slice';
import type { SliceProgress } from '../model/slice-progress';

/** What is done of one slice that is not recorded. */
export interface SlicePart {
  readonly slice: SliceKey;
  readonly progress: SliceProgress;
}

/**
 * Keeps what is done of slices that are not recorded yet, so that a crash costs little. Recording a slice in the ledger ends its
 * journal, in the same write.
 */
export interface SliceJournal {
  /** Returns all that was appended for the slice; nothing where nothing was. */
  load(slice: Slice): Promise<SliceProgress | undefined>;
  append(slice: Slice, progress: SliceProgress): Promise<void>;
  /** Yields every slice of the request that has a journal, with all that was appended. */
  unrecorded(id: RequestId): AsyncIterable<SlicePart>;
}
