import { parseJson } from '../../../errors/json-fault';
import { type PopCode, type RequestId, sliceId } from '../model/ids';
import type { PopRecord, RequestRecord, Totals } from '../model/request';
import type { Segment, Slice } from '../model/slice';
import { emptyTally } from '../model/tally';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { Invalidator } from '../ports/invalidator';
import type { Log } from '../ports/log';
import type { PopStore } from '../ports/pop-store';
import type { RequestStore } from '../ports/request-store';
import type { TaskQueue } from '../ports/task-queue';
import { readPlacedLines } from '../text/lines';
import { failedUrlsKey, unreachedUrlsKey, urlsKey } from './blob-names';
import { readSegments, type SegmentIndex } from './segments';
import type { Budget, StepResult } from './step';

/** What became of looking a PoP up. */
export type ResolvedPop =
  | { readonly kind: 'usable'; readonly pop: PopCode; readonly addresses: readonly string[] }
  | {
      readonly kind: 'failed';
      readonly pop: PopCode;
      readonly message: string;
      /** True where DNS answered that there is no address, rather than not at all. */
      readonly hasNoAddress?: true;
      /** True where it has addresses, and none that may be contacted. */
      readonly isRefused?: true;
    };

export interface PlanDeps {
  readonly requests: RequestStore;
  readonly pops: PopStore;
  readonly blobs: BlobStore;
  readonly queue: Pick<TaskQueue, 'send'>;
  readonly invalidator: Invalidator;
  readonly clock: Clock;
  readonly log: Log;
  /** Looks all up concurrently, bounded; never rejects for a PoP. Fails what is left when the signal aborts. */
  readonly resolvePops: (
    distributionDomain: string,
    pops: readonly PopCode[],
    signal?: AbortSignal,
  ) => Promise<readonly ResolvedPop[]>;
}

/** Slices queued between two stored cursors; a crash sends at most so many again. */
const SLICES_PER_CURSOR = 1_000;

/**
 * Returns the PoPs as they are stored; those that a run before this one stored stay as they are. Nothing where the signal cut the
 * look-up short: a PoP that was not looked up to its end has not failed.
 */
async function storedPops(
  deps: PlanDeps,
  { id, spec }: RequestRecord,
  signal: AbortSignal | undefined,
): Promise<readonly PopRecord[] | undefined> {
  const known = new Set((await deps.pops.all(id)).map(({ pop }) => pop));
  const missing = spec.pops.filter((pop) => !known.has(pop));
  if (missing.length > 0) {
    const createdAt = deps.clock.now();
    const resolved = await deps.resolvePops(spec.distributionDomain, missing, signal);
    if (signal?.aborted) return undefined;
    await deps.pops.putAll(
      resolved.map((found) => ({
        requestId: id,
        pop: found.pop,
        createdAt,
        progress: emptyTally(),
        ...(found.kind === 'usable' && found.addresses.length > 0
          ? { status: 'SUCCESS', addresses: found.addresses }
          : {
              status: 'FAILED',
              addresses: [],
              message: found.kind === 'failed' ? found.message : 'its name has no address',
              ...((found.kind === 'usable' || found.hasNoAddress) && { hasNoAddress: true }),
            }),
      })),
    );
  }
  return deps.pops.all(id);
}

async function* pathsOf(blobs: BlobStore, id: RequestId): AsyncGenerator<string> {
  for await (const lines of readPlacedLines(blobs.read(urlsKey(id))))
    for (const { text } of lines) {
      const slash = text.indexOf('/', text.indexOf('//') + 2);
      yield slash < 0 ? '/' : text.slice(slash);
    }
}

function sentence(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined).join('; ') || undefined;
}

/** What sizing left, and from which segment on slices are still to be queued. */
interface Cursor extends SegmentIndex {
  readonly next: number;
  readonly startByte: number;
}

function isIndex(value: unknown): value is SegmentIndex & Partial<Cursor> {
  return typeof value === 'object' && value !== null && 'listKey' in value && 'segmentCount' in value;
}

function readCursor({ id, cursor }: RequestRecord): Cursor {
  const value: unknown = cursor === undefined ? undefined : parseJson(cursor);
  if (!isIndex(value)) throw new Error(`request ${id} has no segments to plan from, its cursor is ${cursor}`);
  return { next: 0, startByte: 0, ...value };
}

/**
 * Gives the lists that count the names under which workers and clients find them. The record says which ones count, so a run
 * that overlaps with this one, or repeats it, writes the same bytes.
 */
async function publishLists({ blobs }: PlanDeps, id: RequestId, index: SegmentIndex): Promise<void> {
  await blobs.put(urlsKey(id), blobs.read(index.listKey));
  await blobs.put(failedUrlsKey(id), blobs.read(unreachedUrlsKey(id, index.run)));
}

/** Stores the totals; or ends the request, where nothing can be warmed. Stores nothing where the signal cut it short. */
async function prepare(deps: PlanDeps, record: RequestRecord, { signal }: Budget): Promise<void> {
  const { requests } = deps;
  const { id, spec } = record;
  const index = readCursor(record);
  const { urlCount, segmentCount } = index;
  await publishLists(deps, id, index);
  const nothing = { urlCount, popCount: 0, sliceCount: 0, fetchCount: 0 };
  if (urlCount === 0) {
    const message = sentence(record.message, 'the list has no URL');
    await requests.advance(id, 'FINISHED', {
      totals: nothing,
      stopReason: 'no-usable-url',
      ...(message !== undefined && { message }),
    });
    return;
  }
  const stored = await storedPops(deps, record, signal);
  if (stored === undefined) return;
  const usable = stored.filter(({ status }) => status === 'SUCCESS');
  if (usable.length === 0) {
    const message = sentence(record.message, 'no point of presence could be resolved');
    await requests.advance(id, 'FINISHED', {
      totals: nothing,
      stopReason: 'no-usable-pop',
      ...(message !== undefined && { message }),
    });
    return;
  }
  let note = record.message;
  if (spec.needInvalidate) {
    const outcome = await deps.invalidator.invalidate(id, spec.distributionDomain, pathsOf(deps.blobs, id));
    if (outcome.kind === 'refused') {
      const message = `nothing was warmed, the invalidation was refused: ${outcome.message}`;
      await requests.advance(id, 'STOPPED', { stopReason: 'invalidation-refused', message });
      return;
    }
    deps.log.info('invalidated', { requestId: id, outcome: outcome.kind, paths: outcome.paths });
    note = sentence(note, outcome.warning);
    if (outcome.kind === 'pending')
      note = sentence(note, 'the invalidation was still in progress when warming began');
  }
  const totals: Totals = {
    urlCount,
    popCount: usable.length,
    sliceCount: segmentCount * usable.length,
    fetchCount: urlCount * spec.encodings.length * usable.length,
  };
  await requests.advance(id, 'INSERT_TASK', {
    totals,
    cursor: JSON.stringify(index),
    ...(note !== undefined && { message: note }),
  });
}

function slicesOf(id: RequestId, segment: Segment, pops: readonly PopRecord[]): Slice[] {
  return pops.map(({ pop, addresses }) => ({
    requestId: id,
    id: sliceId(pop, segment.index),
    pop,
    addresses,
    segment,
  }));
}

/** Queues segment by segment, each for every PoP, from the stored cursor on: all PoPs get work from the start. */
async function queueSlices(deps: PlanDeps, record: RequestRecord, budget: Budget): Promise<StepResult> {
  const { requests, queue } = deps;
  const { id } = record;
  const usable = (await deps.pops.all(id)).filter(({ status }) => status === 'SUCCESS');
  const from = readCursor(record);
  let batch: Slice[] = [];
  if (from.next < from.segmentCount) {
    const start = { index: from.next, startByte: from.startByte };
    for await (const { segment, nextByte } of readSegments(deps.blobs, id, from.run, start)) {
      for (const slice of slicesOf(id, segment, usable)) batch.push(slice);
      if (batch.length < SLICES_PER_CURSOR) continue;
      await queue.send(batch);
      batch = [];
      const cursor: Cursor = { ...from, next: segment.index + 1, startByte: nextByte };
      const kept = await requests.patch(id, 'INSERT_TASK', { cursor: JSON.stringify(cursor) });
      if (kept === 'refused') return 'done';
      if (!budget.shouldContinue()) return 'more';
    }
  }
  if (batch.length > 0) await queue.send(batch);
  await requests.advance(id, 'IN-PROGRESS');
  return 'done';
}

/**
 * CHECK_POP to INSERT_TASK: PoPs looked up, the invalidation awaited, the totals stored. INSERT_TASK to IN-PROGRESS:
 * every slice queued. A list without a URL or a request without a usable PoP is FINISHED at once; a refused
 * invalidation is STOPPED.
 */
export async function planRequest(deps: PlanDeps, id: RequestId, budget: Budget): Promise<StepResult> {
  const before = await deps.requests.get(id);
  if (before?.status === 'CHECK_POP') await prepare(deps, before, budget);
  const record = await deps.requests.get(id);
  if (record?.status === 'CHECK_POP') return 'more';
  if (record?.status !== 'INSERT_TASK') return 'done';
  if (before?.status === 'CHECK_POP' && !budget.shouldContinue()) return 'more';
  return queueSlices(deps, record, budget);
}
