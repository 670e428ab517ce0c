import type { RequestId, SliceId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import type { SliceResult } from '../model/slice';

export interface SliceLedger {
  /** Writes the row on the condition that it does not exist. */
  record(result: SliceResult): Promise<'recorded' | 'duplicate'>;
  /** Returns true when the slice's row is there: its work is done. */
  isRecorded(id: RequestId, slice: SliceId): Promise<boolean>;
  /**
   * Adds the tallies of those of these slices that are recorded and not yet counted to the request's and the PoPs'
   * progress, and marks them counted, in one transaction or, where a store bounds them, several. Returns the request after it.
   * Counting again changes nothing.
   */
  count(id: RequestId, slices: readonly SliceId[]): Promise<RequestRecord>;
  /** Recorded slices that no count has taken yet; what a restart begins with. */
  uncounted(id: RequestId): AsyncIterable<SliceId>;
  /** Yields every recorded slice, in the order of ids. */
  results(id: RequestId): AsyncIterable<SliceResult>;
}
