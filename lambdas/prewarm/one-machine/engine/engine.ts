import { acceptRequest } from '../../engine/flow/accept';
import { countSlices, recoverCounts } from '../../engine/flow/aggregate';
import { giveUpSlice } from '../../engine/flow/dead-slice';
import { resizeFleet } from '../../engine/flow/fleet-size';
import { planRequest } from '../../engine/flow/plan';
import { failuresOf } from '../../engine/flow/report';
import { settleRequest } from '../../engine/flow/settle';
import { sizeRequest } from '../../engine/flow/size';
import type { Budget } from '../../engine/flow/step';
import { stopRequest } from '../../engine/flow/stop';
import { recordParts } from '../../engine/flow/work';
import { WorkLoop } from '../../engine/flow/work-loop';
import type { RequestId, SliceId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord, RequestSpec, StopReason } from '../../engine/model/request';
import { isFinal } from '../../engine/model/request-status';
import type { FetchFailure, Slice } from '../../engine/model/slice';
import type { Tally } from '../../engine/model/tally';
import type { BlobStore } from '../../engine/ports/blob-store';
import type { Page } from '../../engine/ports/request-store';
import { isDiskFault } from '../adapters/error-code';
import { StoreFailed } from '../adapters/store';
import { BackgroundTasks } from './background-tasks';
import { EndWaiters } from './end-waiters';
import type { EmbeddedEngine, EngineOptions, LiveProgress } from './engine-api';
import { EngineClosed, UnknownRequest } from './engine-errors';
import { type EngineParts, openParts } from './engine-parts';
import { LiveTallies } from './live-progress';
import { keepRetention } from './retention';

/**
 * What is done of a slice that is handed back is kept, so that waiting spares no more than the fetches in flight. Docker kills what
 * has not stopped after 10 s.
 */
const DRAIN_MS = 2_000;
const PROGRESS_EVERY_MS = 200;

class Engine implements EmbeddedEngine {
  private readonly closing = new AbortController();
  private readonly live = new LiveTallies();
  private readonly listeners = new Set<(progress: LiveProgress) => void>();
  private readonly waiters = new EndWaiters();
  private readonly background: BackgroundTasks;
  private readonly settling = new Set<RequestId>();
  /** Ends the steps underway of a request: one that is stopped, or all of them when the engine closes. */
  private readonly driving = new Map<RequestId, AbortController>();
  private readonly toCount = new Map<RequestId, SliceId[]>();
  private readonly workLoop: WorkLoop;
  private ticker: NodeJS.Timeout | undefined;
  private fault: StoreFailed | undefined;
  readonly broken: Promise<Error>;
  private tellBroken: (fault: StoreFailed) => void = () => {};
  private closed: Promise<void> | undefined;

  constructor(private readonly parts: EngineParts) {
    this.background = new BackgroundTasks(parts, this.closing.signal, (error) => {
      if (isDiskFault(error)) this.fail(new StoreFailed(error));
      return this.fault === undefined;
    });
    this.broken = new Promise((resolve) => {
      this.tellBroken = resolve;
    });
    this.workLoop = new WorkLoop({
      ...parts,
      onBegin: (slice, soFar) => this.live.began(slice, soFar),
      onSettled: (slice, outcome) => {
        this.live.settled(slice, outcome);
        if (outcome === 'recorded' || outcome === 'duplicate') this.count(slice);
      },
    });
  }

  /** Takes up what an earlier process left, then begins to work. */
  async start(): Promise<void> {
    const { parts } = this;
    parts.store.onFailure((fault) => this.fail(fault));
    for (const { id, timeoutAt } of await parts.requests.unsettled()) {
      await recoverCounts(parts, id);
      await parts.deadlines.schedule(id, timeoutAt);
      this.live.begin(id, await parts.pops.all(id));
      for await (const part of parts.ledger.unrecorded(id)) this.live.handedBack(part);
      this.background.retry('drive', id, () => this.drive(id));
    }
    await resizeFleet(parts);
    parts.queue.onDead(() => this.background.retry('give-up', undefined, () => this.giveUpDead()));
    parts.deadlines.start((id) => this.stop(id, 'deadline'));
    this.background.keep(this.workLoop.run());
    this.background.keep(keepRetention(parts, this.closing.signal));
    this.ticker = setInterval(() => this.emitAll(), PROGRESS_EVERY_MS);
  }

  get blobs(): BlobStore {
    return this.parts.blobs;
  }

  get lists(): EmbeddedEngine['lists'] {
    return this.parts.lists;
  }

  async submit(spec: RequestSpec, urls: AsyncIterable<string>): Promise<RequestRecord> {
    if (this.fault) throw this.fault;
    const { record, created } = await acceptRequest(this.parts, spec, urls);
    if (created) {
      await resizeFleet(this.parts);
      // Who asks for instances wants to be warmed now; a request without keeps what an operator ordered.
      if (spec.instanceCount > 0) await this.parts.fleet.release();
      this.live.begin(record.id, []);
      this.background.retry('drive', record.id, () => this.drive(record.id));
    }
    return record;
  }

  async get(id: RequestId): Promise<RequestRecord | undefined> {
    const record = await this.parts.requests.get(id);
    return record && this.live.requestWith(record);
  }

  async pops(id: RequestId): Promise<readonly PopRecord[]> {
    return this.live.popsWith(id, await this.parts.pops.all(id));
  }

  failures(id: RequestId): AsyncIterable<FetchFailure> {
    return failuresOf(this.parts, id);
  }

  async list(page: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>> {
    const { items, ...rest } = await this.parts.requests.list(page);
    return { items: items.map((record) => this.live.requestWith(record)), ...rest };
  }

  async stop(id: RequestId, reason: StopReason, message?: string): Promise<boolean> {
    const stopped = await stopRequest(this.parts.requests, id, reason, message);
    if (!stopped) return false;
    this.driving.get(id)?.abort();
    // The report is to have what is done of the slices that this cuts short.
    this.settle(
      id,
      this.workLoop.abortWhere((slice) => slice.requestId === id),
    );
    return true;
  }

  async waitForEnd(id: RequestId): Promise<RequestRecord> {
    const record = await this.get(id);
    if (record === undefined) throw new UnknownRequest(id);
    if (record.reported) return record;
    if (this.fault) throw this.fault;
    if (this.closing.signal.aborted) throw new EngineClosed();
    return this.waiters.wait(id);
  }

  onProgress(listener: (progress: LiveProgress) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async capacity(): Promise<number> {
    return this.parts.fleet.inForce;
  }

  async setCapacity(instances: number): Promise<void> {
    await this.parts.fleet.order(instances);
  }

  isPaused(): boolean {
    return this.parts.fleet.isPaused;
  }

  queueDepth(): ReturnType<EmbeddedEngine['queueDepth']> {
    return this.parts.queue.depth();
  }

  async halt(): Promise<void> {
    await this.workLoop.stop(DRAIN_MS);
    for (const id of this.live.ids) await this.emit(id);
  }

  close({ drain = false }: { readonly drain?: boolean } = {}): Promise<void> {
    this.closed ??= this.shutDown(drain ? DRAIN_MS : 0);
    return this.closed;
  }

  private async shutDown(graceMs: number): Promise<void> {
    const { parts } = this;
    await this.workLoop.stop(graceMs);
    this.closing.abort();
    for (const steps of this.driving.values()) steps.abort();
    parts.giveUpNotifying();
    clearInterval(this.ticker);
    await parts.deadlines.close();
    await this.background.allEnded();
    this.waiters.giveUp(new EngineClosed());
    await parts.close();
  }

  /** Nothing can be stored any more: whoever waits is told, and no slice is warmed in vain. */
  private fail(fault: StoreFailed): void {
    if (this.fault) return;
    this.fault = fault;
    this.tellBroken(fault);
    this.parts.log.error('store-failed', { error: fault.message });
    this.waiters.giveUp(fault);
    this.background.keep(this.workLoop.stop(0));
  }

  /** Takes a request through its steps up to where only the workers bring it on. */
  private async drive(id: RequestId): Promise<void> {
    const steps = new AbortController();
    const { signal } = steps;
    const budget: Budget = { shouldContinue: () => !signal.aborted, signal };
    this.driving.set(id, steps);
    try {
      const record = await this.get(id);
      if (record?.status === 'CREATED') await sizeRequest(this.parts, id, budget);
      if (signal.aborted) return;
      await planRequest(this.parts, id, budget);
      const planned = await this.get(id);
      if (planned && isFinal(planned.status)) this.settle(id);
    } finally {
      this.driving.delete(id);
    }
  }

  /** Counts a recorded slice, together with those that come while a count is underway. */
  private count({ requestId: id, id: slice }: Pick<Slice, 'requestId' | 'id'>): void {
    const waiting = this.toCount.get(id);
    if (waiting) {
      waiting.push(slice);
      return;
    }
    const queued = [slice];
    this.toCount.set(id, queued);
    this.background.retry('count', id, async () => {
      // Everything else that ends in this tick goes into the same write.
      await new Promise((resolve) => setImmediate(resolve));
      while (queued.length > 0) {
        const batch = [...queued];
        if ((await countSlices(this.parts, id, batch)) === 'ended') this.settle(id);
        queued.splice(0, batch.length);
      }
      this.toCount.delete(id);
    });
  }

  private async giveUpDead(): Promise<void> {
    const { queue, log } = this.parts;
    for await (const slice of queue.deadLetters()) {
      const onRecorded = (tally: Tally): void => this.live.givenUp(slice, tally);
      const outcome = await giveUpSlice({ ...this.parts, onRecorded }, slice);
      log.error('slice-given-up', { requestId: slice.requestId, slice: slice.id, outcome });
      if (outcome !== 'dropped') this.count(slice);
      await queue.removeDead(slice);
    }
  }

  /** @param ending its slices that are being cut short; @default none */
  private settle(id: RequestId, ending: Promise<void> = Promise.resolve()): void {
    if (this.settling.has(id)) return;
    this.settling.add(id);
    this.background.retry('settle', id, async () => {
      await ending;
      await recordParts(this.parts, id);
      await recoverCounts(this.parts, id);
      await settleRequest(this.parts, id);
      await this.parts.ledger.removeJournals(id);
      this.settling.delete(id);
      await this.emit(id);
      this.live.end(id);
      this.waiters.ended(id, await this.get(id));
    });
  }

  private emitAll(): void {
    if (this.listeners.size > 0) for (const id of this.live.ids) void this.emit(id);
  }

  private async emit(id: RequestId): Promise<void> {
    const record = await this.get(id);
    // Its last figures are told already.
    if (record === undefined || !this.live.has(id)) return;
    const inFlight = this.workLoop.busy.filter((slice) => slice.requestId === id).length;
    const progress = this.live.snapshot(record, inFlight);
    for (const listener of this.listeners) listener(progress);
  }
}

/**
 * Opens a data directory, goes on with what an earlier process left there, and takes requests.
 * @throws DataDirLocked where another process holds it, DataDirUnusable where it cannot be opened
 */
export async function openEngine(options: EngineOptions): Promise<EmbeddedEngine> {
  const engine = new Engine(await openParts(options));
  await engine.start();
  return engine;
}
