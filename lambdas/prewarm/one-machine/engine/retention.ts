import { isRequestBlob } from '../../engine/flow/blob-names';
import type { Clock } from '../../engine/ports/clock';
import type { Log } from '../../engine/ports/log';
import type { FileBlobStore } from '../adapters/blob-store';
import type { EmbeddedPopStore } from '../adapters/pop-store';
import type { EmbeddedRequestStore } from '../adapters/request-store';
import type { EmbeddedSliceLedger } from '../adapters/slice-ledger';
import type { UploadedLists } from '../adapters/uploaded-lists';

const DAY_MS = 86_400_000;
/** Pause between two looks at what has expired. */
const PAUSE_MS = 3_600_000;

export interface RetentionDeps {
  readonly requests: Pick<EmbeddedRequestStore, 'endedBefore' | 'remove'>;
  readonly pops: Pick<EmbeddedPopStore, 'removeAll'>;
  readonly ledger: Pick<EmbeddedSliceLedger, 'removeAll'>;
  readonly blobs: Pick<FileBlobStore, 'removeBelow'>;
  readonly lists: Pick<UploadedLists, 'removeExpired'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Days that a request is kept after its end. */
  readonly retentionDays: number;
}

/**
 * Removes requests whose end is longer ago than the retention, with their rows and blobs, and uploaded lists of more than a day.
 * The record goes after the rows and before the blobs: a crash in between leaves what the next look, or the next start, removes.
 */
async function removeExpired(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  const { requests, pops, ledger, blobs, lists, clock, log, retentionDays } = deps;
  let removed = 0;
  for await (const id of requests.endedBefore(clock.now() - retentionDays * DAY_MS)) {
    if (signal.aborted) return;
    await ledger.removeAll(id);
    await pops.removeAll(id);
    await requests.remove(id);
    await blobs.removeBelow(`${id}/`, isRequestBlob);
    removed += 1;
  }
  const removedLists = await lists.removeExpired();
  if (removed + removedLists > 0) log.info('expired', { requests: removed, lists: removedLists });
}

/** Removes what has expired now and every hour, until the signal aborts. */
export async function keepRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await removeExpired(deps, signal).catch((error: unknown) =>
      deps.log.error('retention-failed', { error: String(error) }),
    );
    await deps.clock.sleep(PAUSE_MS, signal);
  }
}
