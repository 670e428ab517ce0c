import type { FetchOutcome } from '../model/outcome';
import { isUnderway } from '../model/request';
import type { FetchFailure, Slice } from '../model/slice';
import { emptyTally, mergeTally, type Tally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import type { SliceJournal } from '../ports/slice-journal';
import type { SliceLedger } from '../ports/slice-ledger';
import { readLines } from '../text/lines';
import { failuresKey, newRunName, urlsKey } from './blob-names';
import { progressBefore, type SliceHandover } from './slice-handover';
import { encodeFailures } from './work';

export interface DeadSliceDeps {
  readonly requests: Pick<RequestStore, 'get'>;
  readonly blobs: BlobStore;
  readonly ledger: Pick<SliceLedger, 'record' | 'isRecorded'>;
  readonly journal?: SliceJournal;
  readonly handover?: SliceHandover;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with all that was recorded of the slice. */
  readonly onRecorded?: (tally: Tally) => void;
}

const GIVEN_UP: FetchOutcome = {
  kind: 'unreachable',
  reason: 'network',
  durationMs: 0,
  detail: 'given up: no worker could finish its slice',
};

/**
 * Records a slice that no worker could finish as a slice whose fetches all failed, but for those that are done, so that its request still ends and
 * its report names what was not warmed.
 */
export async function giveUpSlice(
  deps: DeadSliceDeps,
  slice: Slice,
): Promise<'recorded' | 'duplicate' | 'dropped'> {
  const { requestId, segment, pop } = slice;
  const record = await deps.requests.get(requestId);
  if (!isUnderway(record)) return 'dropped';
  if (await deps.ledger.isRecorded(requestId, slice.id)) return 'duplicate';
  const { encodings } = record.spec;
  const before = await progressBefore(deps, slice);
  const done = new Set(before?.done);
  const left = segment.urlCount * encodings.length - done.size;
  const tally = emptyTally();
  if (before) mergeTally(tally, before.tally);
  tally.fetches += left;
  tally.outcomes.unreachable += left;

  let listedAt: string | undefined;
  try {
    const failures: FetchFailure[] = [...(before?.failures ?? [])];
    let number = -1;
    for await (const url of readLines(deps.blobs.read(urlsKey(requestId), segment)))
      for (const encoding of encodings) {
        number += 1;
        if (!done.has(number)) failures.push({ pop, url, encoding, outcome: GIVEN_UP, attempts: 0 });
      }
    const key = failuresKey(requestId, slice.id, newRunName(deps.clock));
    await deps.blobs.put(key, encodeFailures(failures));
    listedAt = key;
  } catch (error) {
    deps.log.error('given-up-slice-unlisted', { requestId, slice: slice.id, error: String(error) });
  }
  const outcome = await deps.ledger.record({
    requestId,
    sliceId: slice.id,
    pop,
    tally,
    finishedAt: deps.clock.now(),
    ...(listedAt !== undefined && { failuresKey: listedAt }),
  });
  if (outcome === 'recorded') deps.onRecorded?.(tally);
  return outcome;
}
