import { join } from 'node:path';
import { isRequestBlob, isRequestFolder } from '../../engine/flow/blob-names';
import { requestId } from '../../engine/model/ids';
import type { Clock } from '../../engine/ports/clock';
import type { Log } from '../../engine/ports/log';
import type { RequestStore } from '../../engine/ports/request-store';
import type { FileBlobStore } from '../adapters/blob-store';

export interface Leftovers {
  readonly requests: Pick<RequestStore, 'get'>;
  readonly blobs: FileBlobStore;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
  readonly dataDir: string;
  /** What the database dropped because it was damaged. */
  readonly dropped: readonly string[];
}

/**
 * Removes the blobs of requests that a crash kept from being accepted. Where the database is damaged, an
 * unknown request may be one whose record was dropped: its list is then all that is left of it, and is kept in `lost/`.
 */
export async function clearLeftovers(options: Leftovers): Promise<void> {
  const { requests, blobs, log, clock, dataDir, dropped } = options;
  const lostDir = join(dataDir, 'lost', new Date(clock.now()).toISOString().replaceAll(':', '-'));
  for (const name of (await blobs.folders()).filter(isRequestFolder)) {
    if ((await requests.get(requestId(name))) !== undefined) continue;
    if (dropped.length > 0) await blobs.moveFolder(name, lostDir);
    else await blobs.removeBelow(`${name}/`, isRequestBlob);
  }
  if (dropped.length > 0) log.warn('state-damaged', { dropped, lostDir });
}
