import type { RequestSpec } from '../model/request';
import { isFinal } from '../model/request-status';
import type { FetchFailure, Slice } from '../model/slice';
import type { Tally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import type { SliceLedger } from '../ports/slice-ledger';
import type { Received, TaskQueue } from '../ports/task-queue';
import { readLineBatches } from '../warming/lines';
import { failuresKey, urlsKey } from './blob-names';
import { newRunName } from './run-name';

/** Warms one slice; bound to a transport by whoever runs it. Rejects with the signal's reason when aborted. */
export type WarmSlice = (
  job: {
    readonly slice: Slice;
    readonly spec: RequestSpec;
    /** The URLs, in batches. */
    readonly lines: AsyncIterable<readonly string[]>;
    readonly signal: AbortSignal;
  },
  sinks: {
    /** Called as the warming begins, with a sum that grows in place until it ends. */
    readonly onBegin: (soFar: Tally) => void;
    readonly onFailure: (failure: FetchFailure) => void;
  },
) => Promise<Tally>;

export interface WorkDeps {
  readonly requests: Pick<RequestStore, 'get'>;
  readonly blobs: BlobStore;
  readonly ledger: Pick<SliceLedger, 'record' | 'isRecorded'>;
  readonly queue: Pick<TaskQueue, 'extend'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly warm: WarmSlice;
  /** Seconds a delivery stays hidden without an extension. */
  readonly visibilitySeconds: number;
  /** Called as the warming of a slice begins, with a sum that grows in place until it ends. */
  readonly onBegin?: (slice: Slice, soFar: Tally) => void;
}

/**
 * `recorded`: by this delivery; `duplicate`: by another one; `dropped`: its request has ended. In these three the slice
 * may leave the queue; `aborted`: it must not.
 */
export type WorkOutcome = 'recorded' | 'duplicate' | 'dropped' | 'aborted';

export function encodeFailures(failures: readonly FetchFailure[]): string[] {
  return failures.map((failure) => `${JSON.stringify(failure)}\n`);
}

/** Keeps the delivery hidden while the work goes on; a failed extension only risks a second delivery. */
async function keepHidden(deps: WorkDeps, receipt: string, until: AbortSignal): Promise<void> {
  const { visibilitySeconds, clock, queue, log } = deps;
  while (!until.aborted) {
    await clock.sleep((visibilitySeconds * 1000) / 3, until);
    if (until.aborted) return;
    await queue
      .extend(receipt, visibilitySeconds)
      .catch((error: unknown) => log.warn('extension-failed', { error: String(error) }));
  }
}

async function hasEnded(deps: WorkDeps, slice: Slice): Promise<boolean> {
  const record = await deps.requests.get(slice.requestId);
  return record === undefined || isFinal(record.status);
}

async function warmAndRecord(
  deps: WorkDeps,
  slice: Slice,
  spec: RequestSpec,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { blobs, clock, ledger } = deps;
  const { requestId, segment, pop } = slice;
  const failures: FetchFailure[] = [];
  const range = { startByte: segment.startByte, endByte: segment.endByte };
  const lines = readLineBatches(blobs.read(urlsKey(requestId), range));
  const tally = await deps.warm(
    { slice, spec, lines, signal },
    {
      onBegin: (soFar) => deps.onBegin?.(slice, soFar),
      onFailure: (failure) => failures.push(failure),
    },
  );
  let listedAt: string | undefined;
  if (failures.length > 0) {
    if (await ledger.isRecorded(requestId, slice.id)) return 'duplicate';
    listedAt = failuresKey(requestId, slice.id, newRunName(clock));
    await blobs.put(listedAt, encodeFailures(failures));
  }
  return ledger.record({
    requestId,
    sliceId: slice.id,
    pop,
    tally,
    finishedAt: clock.now(),
    ...(listedAt !== undefined && { failuresKey: listedAt }),
  });
}

/**
 * Warms a delivered slice and records what came of it, unless that was done before or its request has ended.
 * Rejects where the slice could not be worked on; it then comes again.
 */
export async function workOn(
  deps: WorkDeps,
  { slice, receipt }: Received,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const record = await deps.requests.get(slice.requestId);
  if (record === undefined || isFinal(record.status)) return 'dropped';
  if (await deps.ledger.isRecorded(slice.requestId, slice.id)) return 'duplicate';
  const ended = new AbortController();
  const hiding = keepHidden(deps, receipt, ended.signal);
  try {
    return await warmAndRecord(deps, slice, record.spec, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return (await hasEnded(deps, slice)) ? 'dropped' : 'aborted';
  } finally {
    ended.abort();
    await hiding;
  }
}
