import type { RequestId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import { awaitsReport } from '../model/request';
import { failedCount, warmCount } from '../model/tally';
import type { Deadlines } from '../ports/deadlines';
import type { Notifier } from '../ports/notifier';
import type { RequestStore } from '../ports/request-store';
import { type FleetDeps, resizeFleet } from './fleet-size';

export interface SettleDeps extends FleetDeps {
  readonly requests: RequestStore;
  readonly deadlines: Pick<Deadlines, 'cancel'>;
  readonly notifier: Notifier;
  /** Writes the report's blobs; writing them again replaces them. */
  readonly writeReport: (record: RequestRecord) => Promise<void>;
}

/**
 * What follows a request's end: deadline gone, fleet resized, report, notification. Runs until `reported` is stored, so
 * after a crash the report is written again and the notification may come twice.
 */
export async function settleRequest(deps: SettleDeps, id: RequestId): Promise<void> {
  const record = await deps.requests.get(id);
  if (!awaitsReport(record)) return;
  await deps.deadlines.cancel(id);
  await resizeFleet(deps);
  await deps.writeReport(record);
  await deps.notifier.ended({
    id,
    status: record.status,
    fetches: record.progress.fetches,
    warm: warmCount(record.progress),
    failed: failedCount(record.progress),
    bytes: record.progress.bytes,
    ...(record.spec.notifyUrl !== undefined && { notifyUrl: record.spec.notifyUrl }),
  });
  await deps.requests.patch(id, record.status, { reported: true });
}
