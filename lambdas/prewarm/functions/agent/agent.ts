import { StalledSlices } from '../../engine/flow/stalled-slices';
import { WorkLoop, type WorkLoopDeps } from '../../engine/flow/work-loop';
import type { RequestId } from '../../engine/model/ids';
import { isUnderway } from '../../engine/model/request';
import type { ScaleInProtection } from './scale-in-protection';

/** Each costs the memory of its list and a few sockets. */
const STALLED_PER_SLOT = 7;

export interface AgentDeps extends Omit<WorkLoopDeps, 'onSettled' | 'onBegin'> {
  /** Absent where the machine is in no group. */
  readonly protection?: ScaleInProtection | undefined;
  /** Whether EC2 is about to take the instance back. Absent off EC2. */
  readonly isInterrupted?: (() => Promise<boolean>) | undefined;
  /** How often the two above and the requests of running slices are looked at. @default 2000 */
  readonly watchEveryMs?: number;
  /** Time for running slices to end when the agent is told to stop; what is left then is handed back. @default 8000 */
  readonly graceMs?: number;
}

/** Warms slices until it is told to stop, or the instance is taken back. */
export class Agent {
  private readonly loop: WorkLoop;
  private readonly watching = new AbortController();
  private stopped: Promise<void> | undefined;
  private readonly stalled: StalledSlices;
  private settled = 0;

  constructor(private readonly deps: AgentDeps) {
    this.stalled = new StalledSlices(deps.clock);
    this.loop = new WorkLoop({
      ...deps,
      slots: () => this.slots(),
      onBegin: (slice, soFar) => this.stalled.began(slice, soFar),
      onSettled: (slice, outcome) => {
        this.settled += 1;
        this.stalled.ended(slice);
        deps.log.info('slice-settled', { requestId: slice.requestId, slice: slice.id, outcome });
      },
    });
  }

  /** A PoP that hangs shall not keep the slots of the others: slices that stall have slots of their own, within a bound. */
  private slots(): number {
    const slots = this.deps.slots();
    return slots + Math.min(this.stalled.count(), slots * STALLED_PER_SLOT);
  }

  /** Resolves when nothing is underway any more. */
  async run(): Promise<void> {
    this.deps.log.info('agent-started', { slots: this.deps.slots() });
    const watch = this.watch();
    await this.loop.run();
    this.watching.abort();
    await watch;
    await this.stopped;
    await this.deps.protection?.follow(false);
    this.deps.log.info('agent-stopped', { settled: this.settled });
  }

  /** Stops receiving, and returns slices that do not end within the grace period to the queue. */
  stop(why: string): void {
    this.deps.log.info('agent-stopping', { why, busy: this.loop.busy.length });
    this.stopped ??= this.loop.stop(this.deps.graceMs ?? 8_000);
  }

  private async watch(): Promise<void> {
    const { clock, watchEveryMs = 2_000 } = this.deps;
    const { signal } = this.watching;
    while (!signal.aborted) {
      await this.deps.protection?.follow(this.loop.busy.length > 0);
      if (this.stopped === undefined && (await this.isInterrupted())) this.stop('spot-notice');
      await this.dropUnwanted();
      await clock.sleep(watchEveryMs, signal);
    }
  }

  private async isInterrupted(): Promise<boolean> {
    try {
      return (await this.deps.isInterrupted?.()) ?? false;
    } catch (error) {
      this.deps.log.warn('spot-notice-unknown', { error: String(error) });
      return false;
    }
  }

  /** Ends the warming of slices whose request was stopped meanwhile. */
  private async dropUnwanted(): Promise<void> {
    const ended = new Set<RequestId>();
    try {
      for (const id of new Set(this.loop.busy.map(({ requestId }) => requestId))) {
        const record = await this.deps.requests.get(id);
        if (!isUnderway(record)) ended.add(id);
      }
    } catch (error) {
      this.deps.log.warn('requests-not-looked-at', { error: String(error) });
    }
    this.loop.abortWhere(({ requestId }) => ended.has(requestId));
  }
}
