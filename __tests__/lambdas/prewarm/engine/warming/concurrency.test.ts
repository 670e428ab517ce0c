import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import { AdaptiveLimiter } from '../../../../../lambdas/prewarm/engine/warming/concurrency';
import { ConcurrencySearch } from '../../../../../lambdas/prewarm/engine/warming/concurrency-search';
import { Governor } from '../../../../../lambdas/prewarm/engine/warming/governor';
import {
  afterKill,
  type ConcurrencyRange,
  DEFAULT_WARM_LIMITS,
  shareOf,
} from '../../../../../lambdas/prewarm/engine/warming/warm-limits';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';

const RANGE: ConcurrencyRange = DEFAULT_WARM_LIMITS.perPop;

interface Edge {
  /** How long a fetch takes that starts as one of `inFlight`, and whether the edge refuses it. */
  serve(nowMs: number, inFlight: number): { readonly ms: number; readonly overloaded?: boolean };
}

/** Random numbers that are the same in every run. */
function seeded(seed: number) {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** Plays `seconds` of a client that always has more to fetch; no real time passes. */
function play(edge: Edge, seconds: number, range = RANGE, busyShare = (_nowMs: number) => 0) {
  let busyMs = 0;
  const search = new ConcurrencySearch(range, { monotonicMs: () => 0, busyMs: () => busyMs });
  let underway: { at: number; overloaded: boolean }[] = [];
  let first = 0;
  const limits: number[] = [];
  const limitAt: number[] = [];
  const doneIn: number[] = new Array(seconds).fill(0);
  let now = 0;
  function start() {
    const { ms, overloaded = false } = edge.serve(now, underway.length - first + 1);
    let index = underway.length;
    while (index > first && underway[index - 1]!.at > now + ms) index -= 1;
    underway.splice(index, 0, { at: now + ms, overloaded });
  }
  while (now < seconds * 1_000) {
    while (underway.length - first < search.limit) start();
    search.waited();
    const next = underway[first]!;
    first += 1;
    if (first > 10_000) {
      underway = underway.slice(first);
      first = 0;
    }
    busyMs += (Math.max(now, next.at) - now) * busyShare(now);
    now = Math.max(now, next.at);
    if (!next.overloaded && now < seconds * 1_000) doneIn[Math.floor(now / 1_000)]! += 1;
    search.finished(now, 1, next.overloaded);
    if (search.limit !== limits.at(-1)) limits.push(search.limit);
    limitAt[Math.floor(now / 1_000)] = search.limit;
  }
  return { limits, limitAt, doneIn };
}

/** An edge that works on `workers` fetches at a time, each taking `ms`; the rest wait in line. */
function queueing(workers: number, ms: number): Edge {
  const freeAt: number[] = new Array(workers).fill(0);
  return {
    serve: (now) => {
      const first = freeAt.indexOf(Math.min(...freeAt));
      const end = Math.max(now, freeAt[first]!) + ms;
      freeAt[first] = end;
      return { ms: end - now };
    },
  };
}

describe('the search for the best concurrency', () => {
  it('goes to the ceiling against an edge that answers after 100 ms whatever the load, within a second', () => {
    const { doneIn, limits } = play({ serve: () => ({ ms: 100 }) }, 10);
    expect(Math.max(...limits)).toBe(1_000);
    expect(doneIn[1]! + doneIn[2]! + doneIn[3]!).toBeGreaterThan(0.95 * 30_000);
    const total = doneIn.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(0.9 * 100_000);
  });

  it('opens no further connections while the thread itself has no time left, and goes on once it has', () => {
    const busyUntil = 5_000;
    const { limitAt } = play({ serve: () => ({ ms: 100 }) }, 15, RANGE, (now) =>
      now < busyUntil ? 0.97 : 0.4,
    );
    expect(limitAt[4]).toBe(RANGE.start);
    expect(limitAt[14]).toBe(RANGE.ceiling);
  });

  it('goes to the ceiling although half of the answers are fast Hits and half are slow Misses', () => {
    const random = seeded(7);
    const { limits } = play({ serve: () => ({ ms: random() < 0.5 ? 5 + random() : 300 + random() }) }, 30);
    expect(Math.max(...limits)).toBe(1_000);
  });

  it.each([
    ['20 fetches at a time', 20, 20],
    ['100 fetches at a time', 100, 50],
    ['400 fetches at a time', 400, 100],
  ])('settles near what the edge can do at once: %s', (_name, workers, ms) => {
    const { limitAt, doneIn } = play(queueing(workers, ms), 60);
    const settled = limitAt.slice(20).sort((a, b) => a - b);
    const median = settled[Math.floor(settled.length / 2)]!;
    expect(median).toBeGreaterThanOrEqual(workers * 0.8);
    expect(median).toBeLessThanOrEqual(workers * 2);
    const best = (workers / ms) * 1_000;
    expect(doneIn.slice(20).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.9 * best * 40);
  });

  it('stays below the load at which the edge begins to refuse', () => {
    const edge: Edge = {
      serve: (_now, inFlight) => (inFlight > 200 ? { ms: 20, overloaded: true } : { ms: 50 }),
    };
    const { doneIn } = play(edge, 60);
    expect(doneIn.slice(20).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.6 * 4_000 * 40);
  });

  it('falls to the floor while nothing but errors come, and climbs back when the edge is well again', () => {
    const edge: Edge = {
      serve: (now) => (now > 5_000 && now < 15_000 ? { ms: 100, overloaded: true } : { ms: 100 }),
    };
    const { limits, doneIn } = play(edge, 90);
    expect(Math.min(...limits)).toBe(RANGE.floor);
    expect(doneIn.at(-1)!).toBeGreaterThan(0.5 * 10_000);
  });

  it('never leaves its bounds', () => {
    const random = seeded(3);
    const range = { floor: 2, start: 5, ceiling: 50 };
    const { limits } = play({ serve: () => ({ ms: random() * 40, overloaded: random() < 0.04 }) }, 30, range);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...limits)).toBeLessThanOrEqual(50);
  });

  it('does not raise the limit that nobody waits for', () => {
    const search = new ConcurrencySearch(RANGE, { monotonicMs: () => 0 });
    for (let fetch = 1; fetch < 10_000; fetch += 1) search.finished(fetch * 10, 1, false);
    expect(search.limit).toBe(RANGE.start);
  });

  it('goes on from what it learnt within narrower bounds, and from their ceiling up within wider ones', () => {
    const search = new ConcurrencySearch(RANGE, { monotonicMs: () => 0 });
    search.confine({ floor: 8, start: 64, ceiling: 20 });
    expect(search.limit).toBe(20);
    search.confine(RANGE);
    expect(search.limit).toBe(20);
    search.confine({ floor: 30, start: 64, ceiling: 1_000 });
    expect(search.limit).toBe(30);
  });
});

describe('the limiter', () => {
  it('goes up while a place that is far away is silent, and no further once it answers', async () => {
    const sleepers: (() => void)[] = [];
    async function pass(): Promise<void> {
      sleepers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const clock = {
      monotonicMs: () => 0,
      sleep: () => new Promise<void>((resolve) => sleepers.push(resolve)),
    };
    const limiter = new AdaptiveLimiter({ floor: 2, start: 4, ceiling: 100, whileSilent: 30 }, clock);
    for (let count = 0; count < 100; count += 1) void limiter.acquire();
    const inFlight = [limiter.inFlight];
    for (let count = 0; count < 2; count += 1) {
      await pass();
      inFlight.push(limiter.inFlight);
    }
    limiter.release(1, false);
    await pass();
    expect([...inFlight, limiter.inFlight]).toEqual([4, 8, 16, 16]);
  });

  it('stays where it began in silence while the thread itself is at work', async () => {
    let passes = 0;
    const clock = {
      monotonicMs: () => 0,
      busyMs: () => 50 * passes,
      sleep: async () => {
        passes += 1;
        if (passes === 10) await new Promise(() => {});
      },
    };
    const limiter = new AdaptiveLimiter({ floor: 2, start: 4, ceiling: 100, whileSilent: 30 }, clock);
    for (let count = 0; count < 100; count += 1) void limiter.acquire();
    await new Promise((resolve) => setImmediate(resolve));
    expect(passes).toBe(10);
    expect(limiter.inFlight).toBe(4);
  });

  it('lets through as many as the limit, and the rest in the order in which they came', async () => {
    const clock = { monotonicMs: () => 0, sleep: async () => {} };
    const limiter = new AdaptiveLimiter({ floor: 2, start: 2, ceiling: 2 }, clock);
    const order: string[] = [];
    async function enter(name: string) {
      await limiter.acquire();
      order.push(name);
    }
    const entering = ['a', 'b', 'c', 'd'].map(enter);
    await Promise.all(entering.slice(0, 2));
    expect(order).toEqual(['a', 'b']);
    limiter.release(1, false);
    await entering[2];
    expect(order).toEqual(['a', 'b', 'c']);
    limiter.release(1, false);
    await entering[3];
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    expect(limiter.inFlight).toBe(2);
  });

  it('keeps nothing of those that have had their turn, however long the queue is never empty', async () => {
    const clock = { monotonicMs: () => 0, sleep: async () => {} };
    const limiter = new AdaptiveLimiter({ floor: 2, start: 2, ceiling: 2 }, clock);
    function enter() {
      return limiter.acquire();
    }
    for (let count = 0; count < 4; count += 1) void enter();
    for (let count = 0; count < 5_000; count += 1) {
      limiter.release(1, false);
      void enter();
    }
    expect(limiter['waiters'].length).toBeLessThan(300);
  });
});

describe('a process that follows one that was killed', () => {
  const clock = { ...systemClock, monotonicMs: () => 0 };

  it('begins with few in flight, and comes within a second to a few per cent of what is pending', () => {
    const { total, mostInFlight } = afterKill(DEFAULT_WARM_LIMITS, 5_000);
    expect(mostInFlight?.atFirst).toBe(150);
    const { limitAt } = play({ serve: () => ({ ms: 100 }) }, 2, total);
    expect(total.start).toBeLessThanOrEqual(32);
    expect(limitAt[0]).toBeGreaterThanOrEqual(150);
  });

  it('is not held to fewer than what is over in a moment', () => {
    expect(afterKill(DEFAULT_WARM_LIMITS, 10).mostInFlight?.atFirst).toBe(32);
  });

  it('shares that bound among threads', () => {
    expect(shareOf(afterKill(DEFAULT_WARM_LIMITS, 5_000), 4).mostInFlight?.atFirst).toBe(37);
  });

  it('has no more in flight than that, or than a few per cent of what it has done itself', async () => {
    const governor = new Governor({ limits: afterKill(DEFAULT_WARM_LIMITS, 2_000), clock });
    const pops = Array.from({ length: 100 }, (_, index) => popCode(`FRA${index}-P1`));
    let inFlight = 0;
    let most = 0;
    let done = 0;
    function begin(): void {
      for (const pop of pops)
        void (governor.acquire(pop) ?? Promise.resolve()).then(() => {
          inFlight += 1;
        });
    }
    for (let round = 0; round < 200; round += 1) {
      begin();
      await new Promise((resolve) => setImmediate(resolve));
      expect(inFlight).toBeLessThanOrEqual(Math.max(64, 0.03 * done + 1));
      most = Math.max(most, inFlight);
      const ended = inFlight;
      for (let index = 0; index < ended; index += 1) {
        inFlight -= 1;
        done += 1;
        governor.release(pops[index % pops.length] ?? popCode('FRA0-P1'), 0, false);
      }
    }
    expect(done).toBeGreaterThan(5_000);
    expect(most).toBeGreaterThanOrEqual(32);
  });
});
