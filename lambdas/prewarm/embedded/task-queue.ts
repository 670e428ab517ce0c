import type { Slice } from '../domain/slice';
import type { Clock, Received, TaskQueue } from '../ports';
import { keys } from './keys';
import { Mutex } from './mutex';
import { del, put, type Store } from './store';

interface Queued {
  readonly slice: Slice;
  readonly deliveries: number;
}

interface Hidden extends Queued {
  readonly receipt: string;
  visibleAt: number;
}

/** The messages of one request that this process has not looked at yet, and those that came back. */
interface Lane {
  /** Keys up to here were read. */
  readUpTo: string;
  exhausted: boolean;
  readonly ahead: { readonly key: string; readonly queued: Queued }[];
  readonly again: { readonly key: string; readonly queued: Queued }[];
}

export interface TaskQueueOptions {
  readonly visibilitySeconds: number;
  readonly maxDeliveries: number;
}

const READ_AHEAD = 200;

const before = (key: string): string => key.slice(0, -1);
const requestOf = (key: string): string =>
  key.slice(keys.queue.length, key.lastIndexOf('!', key.lastIndexOf('!') - 1));

/**
 * Durable queue. Requests take turns, whatever their length, so none starves another. What is hidden, and for how long,
 * is in memory: a restart shows everything again, and since the process took the deliveries with it, a first delivery
 * that it did not survive is not held against the slice. Memory: the hidden slices and a page per request.
 */
export class EmbeddedTaskQueue implements TaskQueue {
  private readonly lanes = new Map<string, Lane>();
  private readonly hidden = new Map<string, Hidden>();
  private readonly receipts = new Map<string, string>();
  private readonly mutex = new Mutex();
  private readonly wakers = new Set<() => void>();
  private dead: () => void = () => {};
  private nextReceipt = 1;
  private size = 0;
  private deadCount = 0;

  private constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly options: TaskQueueOptions,
  ) {}

  /** Counts what is queued and finds the requests it belongs to. */
  static async open(store: Store, clock: Clock, options: TaskQueueOptions): Promise<EmbeddedTaskQueue> {
    const queue = new EmbeddedTaskQueue(store, clock, options);
    for await (const [key] of store.entries<Queued>(keys.queue)) {
      queue.size += 1;
      const id = requestOf(key);
      if (!queue.lanes.has(id)) queue.lane(id, keys.queueOf(id));
    }
    for await (const _ of store.entries(keys.allDead)) queue.deadCount += 1;
    return queue;
  }

  async send(slices: readonly Slice[]): Promise<void> {
    const byKey = new Map(slices.map((slice) => [keys.queued(slice), slice]));
    const fresh = [...byKey].filter(([key]) => !this.store.has(key));
    this.size += fresh.length;
    await this.store.commit(fresh.map(([key, slice]) => put(key, { slice, deliveries: 0 })));
    await this.mutex.run(async () => {
      for (const [key, slice] of fresh) {
        const lane = this.lane(slice.requestId, before(key));
        lane.exhausted = false;
        if (key > lane.readUpTo) continue;
        lane.readUpTo = before(key);
        lane.ahead.length = 0;
      }
    });
    this.wake();
  }

  async receive(max: number, waitSeconds: number, signal?: AbortSignal): Promise<readonly Received[]> {
    const until = this.clock.monotonicMs() + waitSeconds * 1000;
    for (;;) {
      const woken = new AbortController();
      const waker = (): void => woken.abort();
      this.wakers.add(waker);
      signal?.addEventListener('abort', waker);
      try {
        const received = signal?.aborted ? [] : await this.mutex.run(() => this.take(max));
        const now = this.clock.monotonicMs();
        if (received.length > 0 || signal?.aborted || now >= until) return received;
        await this.clock.sleep(Math.max(1, Math.min(until, this.nextVisibleAt()) - now), woken.signal);
      } finally {
        this.wakers.delete(waker);
        signal?.removeEventListener('abort', waker);
      }
    }
  }

  async extend(receipt: string, seconds: number): Promise<void> {
    const hidden = this.hidden.get(this.receipts.get(receipt) ?? '');
    if (hidden === undefined) return;
    hidden.visibleAt = this.clock.monotonicMs() + seconds * 1000;
    this.wake();
  }

  async remove(receipts: readonly string[]): Promise<void> {
    const removed = receipts.flatMap((receipt) => this.receipts.get(receipt) ?? []);
    for (const receipt of receipts) this.receipts.delete(receipt);
    this.size -= removed.length;
    for (const key of removed) this.hidden.delete(key);
    await this.store.commit(removed.map(del));
  }

  async depth(): Promise<{ readonly available: number; readonly inFlight: number; readonly dead: number }> {
    const now = this.clock.now();
    // What was handed back counts as available before the next receive looks at it: while paused there is none.
    const inFlight = [...this.hidden.values()].filter(({ visibleAt }) => visibleAt > now).length;
    return { available: this.size - inFlight, inFlight, dead: this.deadCount };
  }

  /** Calls `take` after a slice was moved to the dead letters, and now where some are there. */
  onDead(take: () => void): void {
    this.dead = take;
    if (this.deadCount > 0) take();
  }

  /** Slices that were delivered too often, oldest request first. */
  async *deadLetters(): AsyncGenerator<Slice> {
    for await (const [, slice] of this.store.entries<Slice>(keys.allDead)) yield slice;
  }

  /** Takes a slice off the dead letters. */
  async removeDead(slice: Slice): Promise<void> {
    const key = keys.dead(slice);
    if (!this.store.has(key)) return;
    this.deadCount -= 1;
    await this.store.commit([del(key)]);
  }

  private lane(id: string, readUpTo: string): Lane {
    const known = this.lanes.get(id);
    if (known) return known;
    const lane: Lane = { readUpTo, exhausted: false, ahead: [], again: [] };
    this.lanes.set(id, lane);
    return lane;
  }

  private wake(): void {
    for (const waker of this.wakers) waker();
  }

  private nextVisibleAt(): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { visibleAt } of this.hidden.values()) soonest = Math.min(soonest, visibleAt);
    return soonest;
  }

  /** Hands hidden slices whose time is up back to their lanes. */
  private showAgain(): void {
    const now = this.clock.monotonicMs();
    for (const [key, { slice, deliveries, receipt, visibleAt }] of this.hidden) {
      if (visibleAt > now) continue;
      this.hidden.delete(key);
      this.receipts.delete(receipt);
      const lane = this.lane(slice.requestId, key);
      lane.again.push({ key, queued: { slice, deliveries } });
    }
  }

  private async take(max: number): Promise<Received[]> {
    this.showAgain();
    const taken: Received[] = [];
    const redelivered: Promise<void>[] = [];
    for (const [id, lane] of this.lanes) {
      if (taken.length >= max) break;
      this.lanes.delete(id);
      const next = await this.next(id, lane);
      if (next === undefined) continue;
      this.lanes.set(id, lane);
      const { key, queued } = next;
      if (queued.deliveries >= this.options.maxDeliveries) {
        redelivered.push(this.bury(key, queued.slice));
        continue;
      }
      const deliveries = queued.deliveries + 1;
      if (deliveries > 1)
        redelivered.push(this.store.commit([put(key, { slice: queued.slice, deliveries })]));
      taken.push(this.hide(key, { slice: queued.slice, deliveries }));
    }
    await Promise.all(redelivered);
    return taken;
  }

  private hide(key: string, queued: Queued): Received {
    const receipt = String(this.nextReceipt);
    this.nextReceipt += 1;
    const visibleAt = this.clock.monotonicMs() + this.options.visibilitySeconds * 1000;
    this.hidden.set(key, { ...queued, receipt, visibleAt });
    this.receipts.set(receipt, key);
    return { ...queued, receipt };
  }

  private async bury(key: string, slice: Slice): Promise<void> {
    this.size -= 1;
    this.deadCount += 1;
    await this.store.commit([del(key), put(keys.dead(slice), slice)]);
    this.dead();
  }

  private async next(
    id: string,
    lane: Lane,
  ): Promise<{ readonly key: string; readonly queued: Queued } | undefined> {
    const again = lane.again.shift();
    if (again) return again;
    while (lane.ahead.length === 0 && !lane.exhausted) await this.readAhead(id, lane);
    return lane.ahead.shift();
  }

  private async readAhead(id: string, lane: Lane): Promise<void> {
    const range = { gt: lane.readUpTo, lt: `${keys.queueOf(id)}\uffff`, limit: READ_AHEAD };
    const page = await this.store.page(range);
    lane.exhausted = page.length < READ_AHEAD;
    lane.readUpTo = page.at(-1)?.[0] ?? lane.readUpTo;
    const known = (key: string): boolean =>
      this.hidden.has(key) || lane.again.some((came) => came.key === key) || !this.store.has(key);
    for (const [key, value] of page) if (!known(key)) lane.ahead.push({ key, queued: JSON.parse(value) });
  }
}
