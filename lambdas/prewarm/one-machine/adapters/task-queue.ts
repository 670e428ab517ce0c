import { parseJson } from '../../../errors/json-fault';
import type { Slice } from '../../engine/model/slice';
import type { Clock } from '../../engine/ports/clock';
import type { Received, TaskQueue } from '../../engine/ports/task-queue';
import { DeliveredSlices, laneOf, requestOf } from './delivered-slices';
import { keys } from './keys';
import { del, put, type Store } from './store';

interface Queued {
  readonly slice: Slice;
  readonly deliveries: number;
}

interface Hidden extends Queued {
  readonly receipt: string;
  visibleAt: number;
}

/** The messages of one request through one PoP that this process has not looked at yet, and those that came back. */
interface Lane {
  readonly request: string;
  /** Keys up to here were read. */
  readUpTo: string;
  exhausted: boolean;
  readonly ahead: { readonly key: string; readonly queued: Queued }[];
  readonly again: { readonly key: string; readonly queued: Queued }[];
}

export interface TaskQueueOptions {
  readonly visibilitySeconds: number;
  readonly maxDeliveries: number;
  /**
   * Slices of one request through one PoP that may be delivered at a time, asked again before each delivery.
   * @default - any number
   */
  readonly maxPerLane?: () => number;
  /**
   * Slices of one request that may be delivered at a time, asked again before each delivery.
   * @default - any number
   */
  readonly maxPerRequest?: () => number;
}

/** Keys read at a time; there is a lane per request and PoP, so a page must be small. */
const READ_AHEAD = 20;

function before(key: string): string {
  return key.slice(0, -1);
}

/** Runs asynchronous sections one after the other, in the order of the calls. */
class Mutex {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(section: () => Promise<T>): Promise<T> {
    const result = this.tail.then(section);
    this.tail = result.catch(() => {});
    return result;
  }
}

/**
 * Durable queue. The request with the fewest slices delivered is next, and of it the PoP with the fewest; equals take
 * turns. So none starves another, however long its list is or its slices take. What is hidden, and for how long, is in
 * memory: a restart shows everything again, and since the process took the deliveries with it, a first delivery that it
 * did not survive is not held against the slice. Memory: the hidden slices and a page per request and PoP.
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
      queue.lane(key, laneOf(key));
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
      for (const [key] of fresh) {
        const lane = this.lane(key, before(key));
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
      function waker(): void {
        woken.abort();
      }
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
    // A lane that had as many delivered as it may goes on.
    this.wake();
  }

  async depth(): Promise<{ readonly available: number; readonly inFlight: number; readonly dead: number }> {
    const now = this.clock.monotonicMs();
    // What was handed back counts as available before the next receive looks at it: while paused there is none.
    const inFlight = [...this.hidden.values()].filter(({ visibleAt }) => visibleAt > now).length;
    return { available: this.size - inFlight, inFlight, dead: this.deadCount };
  }

  /** Calls `take` after a slice was moved to the dead letters, and now where some are there. */
  onDead(take: () => void): void {
    this.dead = take;
    if (this.deadCount > 0) take();
  }

  /** Yields slices that were delivered too often, oldest request first. */
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

  /** Returns the lane of a key; a new one begins behind `readUpTo`. */
  private lane(key: string, readUpTo: string): Lane {
    const prefix = laneOf(key);
    const known = this.lanes.get(prefix);
    if (known) return known;
    const lane: Lane = { request: requestOf(key), readUpTo, exhausted: false, ahead: [], again: [] };
    this.lanes.set(prefix, lane);
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
      const lane = this.lane(key, key);
      lane.again.push({ key, queued: { slice, deliveries } });
    }
  }

  private async take(max: number): Promise<Received[]> {
    this.showAgain();
    const taken: Received[] = [];
    const redelivered: Promise<void>[] = [];
    const delivered = new DeliveredSlices();
    for (const key of this.hidden.keys()) delivered.add(key);
    while (taken.length < max) {
      const prefix = this.nextLane(delivered);
      const lane = prefix && this.lanes.get(prefix);
      if (!prefix || !lane) break;
      this.lanes.delete(prefix);
      const next = await this.next(prefix, lane);
      if (next === undefined) continue;
      this.lanes.set(prefix, lane);
      const { key, queued } = next;
      if (queued.deliveries >= this.options.maxDeliveries) {
        redelivered.push(this.bury(key, queued.slice));
        continue;
      }
      const deliveries = queued.deliveries + 1;
      if (deliveries > 1)
        redelivered.push(this.store.commit([put(key, { slice: queued.slice, deliveries })]));
      taken.push(this.hide(key, { slice: queued.slice, deliveries }));
      delivered.add(key);
    }
    await Promise.all(redelivered);
    return taken;
  }

  /** Returns the lane whose turn it is, by its prefix; nothing where none may have more delivered. */
  private nextLane(delivered: DeliveredSlices): string | undefined {
    const { maxPerLane, maxPerRequest } = this.options;
    const mostOfLane = maxPerLane?.() ?? Number.POSITIVE_INFINITY;
    const mostOfRequest = maxPerRequest?.() ?? Number.POSITIVE_INFINITY;
    let best: { readonly prefix: string; readonly ofRequest: number; readonly ofLane: number } | undefined;
    for (const [prefix, { request }] of this.lanes) {
      const ofLane = delivered.of(prefix);
      const ofRequest = delivered.of(request);
      if (ofLane >= mostOfLane || ofRequest >= mostOfRequest) continue;
      const less = ofRequest - (best?.ofRequest ?? Number.POSITIVE_INFINITY) || ofLane - (best?.ofLane ?? 0);
      if (less < 0) best = { prefix, ofRequest, ofLane };
      if (best?.ofRequest === 0) break;
    }
    return best?.prefix;
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
    prefix: string,
    lane: Lane,
  ): Promise<{ readonly key: string; readonly queued: Queued } | undefined> {
    const again = lane.again.shift();
    if (again) return again;
    while (lane.ahead.length === 0 && !lane.exhausted) await this.readAhead(prefix, lane);
    return lane.ahead.shift();
  }

  private async readAhead(prefix: string, lane: Lane): Promise<void> {
    const range = { gt: lane.readUpTo, lt: `${prefix}\uffff`, limit: READ_AHEAD };
    const page = await this.store.page(range);
    lane.exhausted = page.length < READ_AHEAD;
    lane.readUpTo = page.at(-1)?.[0] ?? lane.readUpTo;
    const known = (key: string): boolean =>
      this.hidden.has(key) || lane.again.some((came) => came.key === key) || !this.store.has(key);
    for (const [key, value] of page) if (!known(key)) lane.ahead.push({ key, queued: parseJson(value) });
  }
}
