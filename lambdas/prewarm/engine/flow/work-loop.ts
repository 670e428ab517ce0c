import type { Slice } from '../model/slice';
import type { Received, TaskQueue } from '../ports/task-queue';
import { type WorkDeps, type WorkOutcome, workOn } from './work';

export interface WorkLoopDeps extends WorkDeps {
  readonly queue: Pick<TaskQueue, 'receive' | 'extend' | 'remove'>;
  /** Slices warmed at a time, asked again before and after each receive; 0 pauses. */
  readonly slots: () => number;
  /** Called when a delivery has come to its end; a slice that is `recorded` or a `duplicate` may then be counted. */
  readonly onSettled: (slice: Slice, outcome: WorkOutcome | 'failed') => void;
}

const MAX_RECEIVE = 10;
const WAIT_SECONDS = 20;
const PAUSED_MS = 200;
const RECEIVE_RETRY_MS = 1_000;
const RETRY_SECONDS_MAX = 30;

/** Receives slices in batches and keeps as many underway as there are slots, until it is told to stop. */
export class WorkLoop {
  private readonly underway = new Map<
    Promise<void>,
    { readonly slice: Slice; readonly abort: AbortController }
  >();
  private readonly receiving = new AbortController();
  private slotFreed: (() => void) | undefined;

  constructor(private readonly deps: WorkLoopDeps) {}

  /** Slices being warmed. */
  get busy(): readonly Slice[] {
    return [...this.underway.values()].map(({ slice }) => slice);
  }

  /**
   * Ends the warming of slices that are no longer wanted, such as those of a stopped request. Resolves when all of them have ended
   * and are settled.
   */
  async abortWhere(unwanted: (slice: Slice) => boolean): Promise<void> {
    const ending: Promise<void>[] = [];
    for (const [work, { slice, abort }] of this.underway) {
      if (!unwanted(slice)) continue;
      abort.abort(new Error('the slice is no longer wanted'));
      ending.push(work);
    }
    await Promise.all(ending);
  }

  /** Runs until `stop`; resolves when nothing is underway any more. */
  async run(): Promise<void> {
    const { signal } = this.receiving;
    while (!signal.aborted) {
      const free = this.deps.slots() - this.underway.size;
      if (free <= 0) await this.slotOrPause();
      else {
        const received = await this.receive(Math.min(free, MAX_RECEIVE), signal);
        // The receive may have waited long: a pause or a smaller number that came meanwhile holds.
        const room = signal.aborted ? 0 : Math.max(0, this.deps.slots() - this.underway.size);
        for (const delivery of received.slice(0, room)) this.start(delivery);
        await this.handBack(received.slice(room));
      }
    }
    await Promise.all(this.underway.keys());
  }

  /** Receives no more; what is underway goes on for `graceMs`, then is handed back. */
  async stop(graceMs: number): Promise<void> {
    this.receiving.abort();
    this.slotFreed?.();
    if (graceMs > 0) {
      const ended = new AbortController();
      await Promise.race([Promise.all(this.underway.keys()), this.deps.clock.sleep(graceMs, ended.signal)]);
      ended.abort();
    }
    await this.abortWhere(() => true);
  }

  private async slotOrPause(): Promise<void> {
    const freed = new AbortController();
    this.slotFreed = () => freed.abort();
    await this.deps.clock.sleep(PAUSED_MS, freed.signal);
  }

  private async receive(max: number, signal: AbortSignal): Promise<readonly Received[]> {
    try {
      return await this.deps.queue.receive(max, WAIT_SECONDS, signal);
    } catch (error) {
      this.deps.log.error('receive-failed', { error: String(error) });
      await this.deps.clock.sleep(RECEIVE_RETRY_MS, signal);
      return [];
    }
  }

  /** What arrived too late, or finds no slot, shall not stay hidden. */
  private async handBack(received: readonly Received[]): Promise<void> {
    const { queue, log } = this.deps;
    for (const { receipt } of received)
      await queue
        .extend(receipt, 0)
        .catch((error: unknown) => log.warn('slice-not-handed-back', { error: String(error) }));
  }

  private start(received: Received): void {
    const abort = new AbortController();
    const work = this.handle(received, abort.signal)
      .catch((error: unknown) => this.deps.log.error('slice-not-settled', { error: String(error) }))
      .finally(() => {
        this.underway.delete(work);
        this.slotFreed?.();
      });
    this.underway.set(work, { slice: received.slice, abort });
  }

  private async handle(received: Received, signal: AbortSignal): Promise<void> {
    const { queue, log } = this.deps;
    const { slice, receipt, deliveries } = received;
    let outcome: WorkOutcome;
    try {
      outcome = await workOn(this.deps, received, signal);
    } catch (error) {
      log.warn('slice-failed', {
        requestId: slice.requestId,
        slice: slice.id,
        deliveries,
        error: String(error),
      });
      this.deps.onSettled(slice, 'failed');
      await queue.extend(receipt, Math.min(RETRY_SECONDS_MAX, 2 ** (deliveries - 1)));
      return;
    }
    this.deps.onSettled(slice, outcome);
    if (outcome === 'aborted') await queue.extend(receipt, 0);
    else await queue.remove([receipt]);
  }
}
