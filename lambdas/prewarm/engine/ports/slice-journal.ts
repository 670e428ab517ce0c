import type { Slice } from '../model/slice';
import type { SliceProgress } from '../model/slice-progress';

/**
 * Keeps what is done of slices that are not recorded yet, so that a crash costs little. Recording a slice in the ledger ends its
 * journal, in the same write.
 */
export interface SliceJournal {
  /** Returns all that was appended for the slice; nothing where nothing was. */
  load(slice: Slice): Promise<SliceProgress | undefined>;
  append(slice: Slice, progress: SliceProgress): Promise<void>;
}
