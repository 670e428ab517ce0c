import { availableParallelism } from 'node:os';
import type { WarmSlice } from '../engine/flow/work';
import type { Clock } from '../engine/ports/clock';
import type { Transport } from '../engine/ports/transport';
import { shareOf, type WarmLimits } from '../engine/warming/warm-limits';
import { watchIdleCores } from './idle-cores';
import type { ThreadSettings } from './messages';
import { OwnWarmer } from './own-warmer';
import { ThreadWarmer } from './thread-warmer';
import type { Warmer } from './warmer';

export interface WarmPoolOptions {
  readonly limits: WarmLimits;
  readonly clock: Clock;
  /** The connections of the calling thread; closed by whoever made it. */
  readonly transport: Transport;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Port of the edges where it is not the URL's own. */
  readonly edgePort?: number | undefined;
  /** Threads that may warm, the calling one included. @default - one per core */
  readonly threads?: number | undefined;
  /** Begins to watch for cores that nobody uses; the answer tells how many. @default - those of the machine */
  readonly watchIdleCores?: (() => () => number) | undefined;
}

/** Warms slices on as many cores as there is work for. */
export interface WarmPool {
  readonly warm: WarmSlice;
  /** Threads that warm now, the calling one included. */
  readonly threads: number;
  /** Slices underway on other threads are rejected; those on the calling one end with its transport. */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 100;
/** From here on a thread is as good as always at work. */
const BUSY = 0.9;
/**
 * Looks in a row that must find all threads busy before there are more: together about the time that a new thread needs until it is
 * as fast as those that were compiled by then, so that a list which ends soon does not pay for it.
 */
const LOOKS = 10;
/**
 * So much of a core must be free for another thread: with less, two threads take the core from each other, and what they
 * lose by it is more than what is won.
 */
const FREE_CORE = 0.7;
/** Pause after a thread ended by itself: what made it fail may make the next one fail too. */
const AFTER_FAULT_MS = 30_000;

/**
 * Begins on the calling thread alone, so that a short list pays for no thread. When all threads are busy while cores are
 * free, up to twice as many share the work. The limits hold for all together.
 */
class Pool implements WarmPool {
  private readonly own: OwnWarmer;
  private readonly others: ThreadWarmer[] = [];
  private readonly most: number;
  private watch: NodeJS.Timeout | undefined;
  private busyLooks = 0;
  private idleCores: () => number = () => 0;
  private noThreadBefore = 0;
  private closed = false;

  constructor(private readonly options: WarmPoolOptions) {
    const { limits, threads = availableParallelism() } = options;
    // Each thread may do at least one fetch at a time, so more threads than that would break the limit.
    this.most = Math.min(threads, limits.total.ceiling, limits.perPop.ceiling);
    this.own = new OwnWarmer(options);
  }

  get threads(): number {
    return 1 + this.others.length;
  }

  readonly warm: WarmSlice = (job, sinks) => {
    if (this.most > 1) this.watch ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    // A bandwidth is held exactly by one thread; its share of a thread would be lost while that thread is idle.
    const warmer = job.spec.maxBandwidthMbps === undefined ? this.idlest() : this.own;
    return warmer.warm(job, sinks);
  };

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.watch);
    await Promise.all(this.others.map((other) => other.close()));
  }

  private get warmers(): readonly Warmer[] {
    return [this.own, ...this.others];
  }

  private idlest(): Warmer {
    return this.warmers.reduce((best, warmer) => (warmer.load < best.load ? warmer : best));
  }

  private look(): void {
    const { warmers } = this;
    const utilizations = warmers.map((warmer) => warmer.utilization());
    const load = warmers.reduce((sum, warmer) => sum + warmer.load, 0);
    if (load === 0) {
      clearInterval(this.watch);
      this.watch = undefined;
    }
    const allBusy = load > warmers.length && utilizations.every((utilization) => utilization >= BUSY);
    this.busyLooks = allBusy ? this.busyLooks + 1 : 0;
    if (this.busyLooks === 1) this.idleCores = (this.options.watchIdleCores ?? watchIdleCores)();
    if (this.busyLooks >= LOOKS && this.options.clock.monotonicMs() >= this.noThreadBefore) this.grow();
  }

  private grow(): void {
    const free = Math.floor(this.idleCores() + 1 - FREE_CORE);
    const wanted = Math.min(this.most, 2 * this.threads, this.threads + free);
    this.busyLooks = 0;
    if (wanted === this.threads) return;
    const { limits, ca, edgePort } = this.options;
    const settings: ThreadSettings = {
      role: 'warmpath-warm-thread',
      limits: shareOf(limits, wanted),
      ca,
      edgePort,
    };
    while (this.threads < wanted) {
      const thread: ThreadWarmer = new ThreadWarmer(settings, () => this.ended(thread));
      this.others.push(thread);
    }
    this.share();
  }

  private ended(thread: ThreadWarmer): void {
    this.others.splice(this.others.indexOf(thread), 1);
    if (this.closed) return;
    this.noThreadBefore = this.options.clock.monotonicMs() + AFTER_FAULT_MS;
    this.share();
  }

  private share(): void {
    const limits = shareOf(this.options.limits, this.threads);
    for (const warmer of this.warmers) warmer.confine(limits);
  }
}

/** Opens a pool that warms on the calling thread, and on more of them as soon as that one is not enough. */
export function openWarmPool(options: WarmPoolOptions): WarmPool {
  return new Pool(options);
}
