import type { FetchOutcome } from '../model/outcome';
import { isFinal } from '../model/request-status';
import type { FetchFailure, Slice } from '../model/slice';
import { emptyTally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import type { SliceLedger } from '../ports/slice-ledger';
import { readLines } from '../warming/lines';
import { failuresKey, urlsKey } from './blob-names';
import { newRunName } from './run-name';
import { encodeFailures } from './work';

export interface DeadSliceDeps {
  readonly requests: Pick<RequestStore, 'get'>;
  readonly blobs: BlobStore;
  readonly ledger: Pick<SliceLedger, 'record' | 'isRecorded'>;
  readonly clock: Clock;
  readonly log: Log;
}

const GIVEN_UP: FetchOutcome = {
  kind: 'unreachable',
  reason: 'network',
  durationMs: 0,
  detail: 'given up: no worker could finish its slice',
};

/**
 * Records a slice that no worker could finish as a slice whose fetches all failed, so that its request still ends and
 * its report names what was not warmed.
 */
export async function giveUpSlice(
  deps: DeadSliceDeps,
  slice: Slice,
): Promise<'recorded' | 'duplicate' | 'dropped'> {
  const { requestId, segment, pop } = slice;
  const record = await deps.requests.get(requestId);
  if (record === undefined || isFinal(record.status)) return 'dropped';
  if (await deps.ledger.isRecorded(requestId, slice.id)) return 'duplicate';
  const { encodings } = record.spec;
  const tally = emptyTally();
  tally.fetches = segment.urlCount * encodings.length;
  tally.outcomes.unreachable = tally.fetches;

  let listedAt: string | undefined;
  try {
    const failures: FetchFailure[] = [];
    for await (const url of readLines(deps.blobs.read(urlsKey(requestId), segment)))
      for (const encoding of encodings) failures.push({ pop, url, encoding, outcome: GIVEN_UP, attempts: 0 });
    const key = failuresKey(requestId, slice.id, newRunName(deps.clock));
    await deps.blobs.put(key, encodeFailures(failures));
    listedAt = key;
  } catch (error) {
    deps.log.error('given-up-slice-unlisted', { requestId, slice: slice.id, error: String(error) });
  }
  return deps.ledger.record({
    requestId,
    sliceId: slice.id,
    pop,
    tally,
    finishedAt: deps.clock.now(),
    ...(listedAt !== undefined && { failuresKey: listedAt }),
  });
}
