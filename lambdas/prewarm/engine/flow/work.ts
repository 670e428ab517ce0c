import type { RequestId } from '../model/ids';
import { isUnderway, type RequestSpec } from '../model/request';
import type { FetchFailure, Slice, SliceKey } from '../model/slice';
import { ProgressCollector, type SliceProgress } from '../model/slice-progress';
import type { Tally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import type { SliceJournal } from '../ports/slice-journal';
import type { SliceLedger } from '../ports/slice-ledger';
import type { Received, TaskQueue } from '../ports/task-queue';
import { readLineBatches } from '../text/lines';
import type { Resume } from '../warming/warm-slice';
import { failuresKey, newRunName, urlsKey } from './blob-names';
import { progressBefore, type SliceHandover } from './slice-handover';

/** Warms one slice; bound to a transport by whoever runs it. Rejects with the signal's reason when aborted. */
export type WarmSlice = (
  job: {
    readonly slice: Slice;
    readonly spec: RequestSpec;
    /** The URLs, in batches. */
    readonly lines: AsyncIterable<readonly string[]>;
    /** What an earlier delivery has done. */
    readonly resume?: Resume | undefined;
    readonly signal: AbortSignal;
  },
  sinks: {
    /** Called as the warming begins, with a sum that grows in place until it ends. */
    readonly onBegin: (soFar: Tally) => void;
    readonly onFailure: (failure: FetchFailure) => void;
    /** Gathers each fetch that is done, with its failure; what it has when the warming rejects is all that was done. */
    readonly progress?: ProgressCollector | undefined;
    /**
     * Takes a function to be called with the number of fetches of `progress` that were stored since its last call.
     * @default - what is gathered waits for nothing
     */
    readonly whenStored?: ((stored: (fetches: number) => void) => void) | undefined;
  },
) => Promise<Tally>;

export interface WorkDeps {
  readonly requests: Pick<RequestStore, 'get'>;
  readonly blobs: BlobStore;
  readonly ledger: Pick<SliceLedger, 'record' | 'isRecorded'>;
  readonly queue: Pick<TaskQueue, 'extend'>;
  /** @default - a slice that was cut short is warmed again as a whole */
  readonly journal?: SliceJournal;
  /** For workers that keep no journal. @default - what was done of a slice that is handed back is done again */
  readonly handover?: SliceHandover | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly warm: WarmSlice;
  /** Seconds a delivery stays hidden without an extension. */
  readonly visibilitySeconds: number;
  /** Called as the warming of a slice begins, with a sum that grows in place until it ends. */
  readonly onBegin?: (slice: Slice, soFar: Tally) => void;
}

/**
 * `recorded`: by this delivery, as far as it came where its request was stopped meanwhile; `duplicate`: by another one;
 * `dropped`: its request has ended, and nothing of it was done. In these three the slice may leave the queue; `aborted`: it must
 * not.
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
  return !isUnderway(record);
}

/** So often what is done is stored: what a crash costs is what was done since. */
const JOURNAL_EVERY_MS = 25;

/** What is done of a slice, over all its deliveries. */
class Account {
  readonly fresh = new ProgressCollector();
  private readonly all = new ProgressCollector();
  private tellStored: (fetches: number) => void = () => {};
  /** Fetches taken from `fresh` and not told as stored. */
  private taken = 0;

  constructor(
    private readonly deps: Pick<WorkDeps, 'journal' | 'handover' | 'clock' | 'log'>,
    private readonly slice: Slice,
    readonly before: SliceProgress | undefined,
  ) {
    if (before) this.all.merge(before);
  }

  /** Stores what is done until the signal aborts; a piece that cannot be stored only risks that it is done again. */
  async keep(until: AbortSignal): Promise<void> {
    if (this.deps.journal === undefined) return;
    while (!until.aborted) {
      await this.deps.clock.sleep(JOURNAL_EVERY_MS, until);
      if (!until.aborted) await this.store();
    }
  }

  async store(): Promise<void> {
    const { journal, log } = this.deps;
    const piece = this.takeFresh();
    if (piece === undefined) return;
    await journal
      ?.append(this.slice, piece)
      .catch((error: unknown) => log.warn('progress-not-stored', { error: String(error) }));
    this.tell(piece.done.length);
  }

  /** Calls `stored` with the number of fetches that have been stored since its last call; none is left once the slice is settled. */
  whenStored(stored: (fetches: number) => void): void {
    this.tellStored = stored;
  }

  /** The slice is settled: nothing of it waits to be stored any more. */
  settled(): void {
    this.takeFresh();
    this.tell(this.taken);
  }

  private takeFresh(): SliceProgress | undefined {
    const piece = this.fresh.take();
    if (piece === undefined) return undefined;
    this.all.merge(piece);
    this.taken += piece.done.length;
    return piece;
  }

  private tell(fetches: number): void {
    if (fetches === 0) return;
    this.taken -= fetches;
    this.tellStored(fetches);
  }

  /** Leaves what is done to whoever receives the slice next; to be called in place of `sum`. */
  async handBack(): Promise<void> {
    const { handover, log } = this.deps;
    await this.store();
    const all = handover && this.all.take();
    if (all === undefined) return;
    await handover
      ?.save(this.slice, all)
      .catch((error: unknown) => log.warn('progress-not-handed-back', { error: String(error) }));
  }

  /** Returns all that is done; to be called once. */
  sum(): SliceProgress | undefined {
    this.takeFresh();
    return this.all.take();
  }
}

async function record(
  deps: Pick<WorkDeps, 'blobs' | 'clock' | 'ledger'>,
  slice: SliceKey,
  tally: Tally,
  failures: readonly FetchFailure[],
): Promise<'recorded' | 'duplicate'> {
  const { blobs, clock, ledger } = deps;
  const { requestId, pop } = slice;
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

async function warm(
  deps: WorkDeps,
  slice: Slice,
  spec: RequestSpec,
  account: Account,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const { requestId, segment } = slice;
  const { before } = account;
  const failures: FetchFailure[] = [...(before?.failures ?? [])];
  const range = { startByte: segment.startByte, endByte: segment.endByte };
  const lines = readLineBatches(deps.blobs.read(urlsKey(requestId), range));
  const stored = new AbortController();
  let storing: Promise<void> | undefined;
  let tally: Tally;
  try {
    tally = await deps.warm(
      {
        slice,
        spec,
        lines,
        signal,
        ...(before && { resume: { done: new Set(before.done), tally: before.tally } }),
      },
      {
        onBegin: (soFar) => {
          storing = account.keep(stored.signal);
          deps.onBegin?.(slice, soFar);
        },
        onFailure: (failure) => failures.push(failure),
        progress: account.fresh,
        ...(deps.journal !== undefined && { whenStored: (stored) => account.whenStored(stored) }),
      },
    );
  } finally {
    stored.abort();
    await storing;
  }
  return record(deps, slice, tally, failures);
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
  const request = await deps.requests.get(slice.requestId);
  if (!isUnderway(request)) return recordHandedBack(deps, slice);
  if (await deps.ledger.isRecorded(slice.requestId, slice.id)) return 'duplicate';
  const account = new Account(deps, slice, await progressBefore(deps, slice));
  const ended = new AbortController();
  const hiding = keepHidden(deps, receipt, ended.signal);
  try {
    return await warm(deps, slice, request.spec, account, signal);
  } catch (error) {
    if (signal.aborted && (await hasEnded(deps, slice))) return await recordPart(deps, slice, account);
    await account.handBack();
    if (!signal.aborted) throw error;
    return 'aborted';
  } finally {
    account.settled();
    ended.abort();
    await hiding;
  }
}

/** Of a request that has ended, what another worker had done of the slice when it handed it back counts. */
async function recordHandedBack(deps: WorkDeps, slice: Slice): Promise<WorkOutcome> {
  const part = await deps.handover?.load(slice);
  return part === undefined ? 'dropped' : record(deps, slice, part.tally, part.failures);
}

/** Of a request that was stopped, what is done of the slice counts and is reported. */
async function recordPart(deps: WorkDeps, slice: Slice, account: Account): Promise<WorkOutcome> {
  const part = account.sum();
  return part === undefined ? 'dropped' : record(deps, slice, part.tally, part.failures);
}

/** Records, of a request that was stopped, what is done of slices that were handed back before and that nobody will receive. */
export async function recordParts(
  deps: Pick<WorkDeps, 'blobs' | 'clock' | 'ledger'> & { readonly journal?: SliceJournal },
  id: RequestId,
): Promise<void> {
  if (deps.journal === undefined) return;
  for await (const { slice, progress } of deps.journal.unrecorded(id))
    await record(deps, slice, progress.tally, progress.failures);
}
