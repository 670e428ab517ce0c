import type { RequestId } from '../model/ids';
import type { RequestRecord, RequestSpec } from '../model/request';
import { emptyTally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Deadlines } from '../ports/deadlines';
import type { Fleet } from '../ports/fleet';
import type { RequestStore } from '../ports/request-store';
import { originalUrlsKey } from './blob-names';
import { firstUrls } from './dedupe';

/** Leaves out what came before, keeps the order, in constant memory; yields batches. */
export type Dedupe = (urls: AsyncIterable<string>) => AsyncIterable<readonly string[]>;

export interface AcceptDeps {
  readonly requests: RequestStore;
  readonly blobs: BlobStore;
  readonly deadlines: Deadlines;
  readonly fleet: Pick<Fleet, 'capacity'>;
  readonly clock: Clock;
  readonly newId: () => RequestId;
  readonly dedupe: Dedupe;
}

export interface Accepted {
  readonly record: RequestRecord;
  /** False where the idempotency key was known: nothing new was stored. */
  readonly created: boolean;
}

async function existing(requests: RequestStore, id: RequestId): Promise<RequestRecord> {
  const record = await requests.get(id);
  if (record === undefined) throw new Error(`request ${id} is known by its key but has no record`);
  return record;
}

/**
 * Stores the list, sets the deadline and inserts the record, in this order: what a crash leaves behind before the
 * record is there belongs to no request and starts nothing. The caller sizes the fleet after it.
 * @throws FleetNotFound before anything is stored, where there are no machines that could ever warm it
 */
export async function acceptRequest(
  deps: AcceptDeps,
  spec: RequestSpec,
  urls: AsyncIterable<string>,
): Promise<Accepted> {
  const { requests, blobs, deadlines, clock } = deps;
  await deps.fleet.capacity();
  const id = deps.newId();
  let acceptedUrlCount = 0;
  async function* accepted(): AsyncGenerator<string> {
    for await (const batch of firstUrls(deps.dedupe(urls), spec.limit)) {
      if (batch.length === 0) continue;
      yield acceptedUrlCount === 0 ? batch.join('\n') : `\n${batch.join('\n')}`;
      acceptedUrlCount += batch.length;
    }
  }
  await blobs.put(originalUrlsKey(id), accepted());

  const createdAt = clock.now();
  const timeoutAt = createdAt + Math.round(spec.timeoutMinutes * 60_000);
  await deadlines.schedule(id, timeoutAt);
  const record: RequestRecord = {
    id,
    spec,
    status: 'CREATED',
    createdAt,
    timeoutAt,
    updatedAt: createdAt,
    acceptedUrlCount,
    urlBytes: 0,
    failedUrlCount: 0,
    progress: emptyTally(),
    countedSlices: 0,
    reported: false,
  };
  const inserted = await requests.create(record);
  if (!inserted.created) {
    await deadlines.cancel(id);
    await blobs.remove(originalUrlsKey(id));
    return { record: await existing(requests, inserted.id), created: false };
  }
  return { record, created: true };
}
