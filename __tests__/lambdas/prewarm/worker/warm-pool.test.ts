import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { type PopCode, popCode, requestId, sliceId } from '../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure, Slice } from '../../../../lambdas/prewarm/engine/model/slice';
import { ProgressCollector } from '../../../../lambdas/prewarm/engine/model/slice-progress';
import type { Tally } from '../../../../lambdas/prewarm/engine/model/tally';
import type { Transport } from '../../../../lambdas/prewarm/engine/ports/transport';
import {
  DEFAULT_WARM_LIMITS,
  type WarmLimits,
  withConcurrency,
} from '../../../../lambdas/prewarm/engine/warming/warm-limits';
import { createTransport } from '../../../../lambdas/prewarm/net/transport';
import { systemClock } from '../../../../lambdas/prewarm/runtime/clock';
import { OwnWarmer } from '../../../../lambdas/prewarm/worker/own-warmer';
import { ThreadWarmer } from '../../../../lambdas/prewarm/worker/thread-warmer';
import { openWarmPool, type WarmPoolOptions } from '../../../../lambdas/prewarm/worker/warm-pool';
import type { Warmer } from '../../../../lambdas/prewarm/worker/warmer';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { closing } from '../../../support/closing';
import { until } from '../../../support/until';
import { plainSpec } from '../support/request-spec';

const POP = popCode('FRA56-P4');
/** One for each kind of warmer, whose peak nothing else raises. */
const QUIET_POPS = { own: popCode('NRT57-P3'), other: popCode('SFO53-P2') };
let cdn: LoopbackCdn;
let transport: Transport;

beforeAll(async () => {
  cdn = await startLoopbackCdn({ pops: [POP, ...Object.values(QUIET_POPS)] });
  transport = createTransport({ ca: cdn.caPem });
});
beforeEach(() => cdn.clearFaults());
afterAll(async () => {
  await transport.close();
  await cdn.close();
});

function spec(fields: Partial<RequestSpec> = {}): RequestSpec {
  return plainSpec({ distributionDomain: cdn.distributionDomain, pops: [POP], ...fields });
}

function sliceOf(index: number, pop = POP): Slice {
  return {
    requestId: requestId('5f0c3b3e-0000-4000-8000-000000000000'),
    id: sliceId(pop, index),
    pop,
    addresses: cdn.pop(pop).addresses,
    segment: { index, urlCount: 50, startByte: 0, endByte: 1, expectedBytes: 0 },
  };
}

async function* urls(prefix: string, count: number) {
  for (let n = 0; n < count; n += 1) yield [`https://${cdn.distributionDomain}/${prefix}/${n}`];
}

/** An edge that is silent in a test stays so: no fetch of it times out and is tried again. */
const limits: WarmLimits = {
  ...DEFAULT_WARM_LIMITS,
  timeouts: { connectMs: 200_000, headerMs: 200_000, idleMs: 200_000, totalMs: 250_000 },
};

function edges() {
  return { limits, ca: cdn.caPem, edgePort: cdn.edgePort };
}

const clock = systemClock;

function newThread() {
  return new ThreadWarmer({ role: 'warmpath-warm-thread', ...edges() }, () => {});
}

interface Options {
  readonly signal?: AbortSignal;
  readonly count?: number;
  readonly onBegin?: (soFar: Tally) => void;
  readonly fields?: Partial<RequestSpec>;
  readonly pop?: PopCode;
}

async function warm(pool: Pick<Warmer, 'warm'>, name: string, options: Options = {}) {
  const { signal = new AbortController().signal, count = 50, onBegin = () => {}, fields, pop } = options;
  const failures: FetchFailure[] = [];
  const tally = await pool.warm(
    { slice: sliceOf(0, pop), spec: spec(fields), lines: urls(name, count), signal },
    { onBegin, onFailure: (failure) => failures.push(failure) },
  );
  return { tally, failures };
}

async function requested(more: number): Promise<void> {
  const { counters } = cdn.pop(POP);
  const wanted = counters.requests + more;
  await until(() => counters.requests >= wanted);
}

describe.each<[keyof typeof QUIET_POPS, () => Warmer]>([
  ['own', () => new OwnWarmer({ ...edges(), clock, transport })],
  ['other', () => newThread()],
])("warming on the caller's %s thread", (name, open) => {
  let warmer: Warmer;
  beforeAll(() => {
    warmer = open();
  });
  afterAll(() => warmer.close());

  it('warms slices side by side, and answers each with its own sum and failures', async () => {
    cdn.inject({ fault: { kind: 'status', status: 404 }, path: `/${name}-1/7` });
    const slices = [0, 1, 2, 3].map((index) => warm(warmer, `${name}-${index}`));
    const results = await Promise.all(slices);
    for (const { tally } of results) expect(tally.fetches).toBe(50);
    expect(results.map(({ failures }) => failures.length)).toEqual([0, 1, 0, 0]);
    expect(results[1]!.failures[0]!.outcome).toMatchObject({ kind: 'http-error', status: 404 });
    expect(warmer.load).toBe(0);
  });

  it('calls off one slice and not the other', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: new RegExp(`^/${name}-10/`) });
    const stop = new AbortController();
    const stalled = warm(warmer, `${name}-10`, { signal: stop.signal });
    const other = warm(warmer, `${name}-11`);
    expect((await other).tally.fetches).toBe(50);
    stop.abort(new Error('no longer wanted'));
    await expect(stalled).rejects.toThrow('no longer wanted');
  });

  it('goes on as soon as what is done is stored, and not for long before', async () => {
    const progress = new ProgressCollector();
    const few = withConcurrency(limits, 4);
    warmer.confine(few);
    let stored: (fetches: number) => void = () => {};
    let most = 0;
    function store(): void {
      const fetches = progress.take()?.done.length ?? 0;
      most = Math.max(most, fetches);
      stored(fetches);
    }
    const slowDisk = setInterval(store, 100);
    try {
      const tally = await warmer.warm(
        {
          slice: sliceOf(0),
          spec: spec(),
          lines: urls(`${name}-15`, 3_000),
          signal: new AbortController().signal,
        },
        {
          onBegin: () => {},
          onFailure: () => {},
          progress,
          whenStored: (listener) => {
            stored = listener;
          },
        },
      );
      expect(tally.fetches).toBe(3_000);
      expect(most).toBeLessThan(3_000);
    } finally {
      clearInterval(slowDisk);
      store();
      warmer.confine(limits);
    }
  });

  it('tells how far a slice is while it is warmed', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: `/${name}-20/49` });
    const stop = new AbortController();
    let soFar: Tally | undefined;
    function onBegin(sum: Tally): void {
      soFar = sum;
    }
    const stalled = warm(warmer, `${name}-20`, { signal: stop.signal, onBegin });
    await until(() => soFar?.fetches === 49);
    expect(soFar?.outcomes.warmed).toBe(49);
    stop.abort();
    await expect(stalled).rejects.toThrow();
  });

  it('stays within narrower limits from the moment that they are told', async () => {
    const pop = QUIET_POPS[name];
    const { counters } = cdn.pop(pop);
    warmer.confine(withConcurrency(limits, 2));
    await warm(warmer, `${name}-30`, { pop, count: 400 });
    expect(counters.peakRequests).toBe(2);
    warmer.confine(limits);
    await warm(warmer, `${name}-31`, { pop, count: 400 });
    expect(counters.peakRequests).toBeGreaterThan(2);
  });
});

describe('a thread', () => {
  it('rejects its slices when it is ended', async () => {
    await using thread = closing(newThread());
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    const rejected = expect(warm(thread, 'ended')).rejects.toThrow('was ended');
    await requested(1);
    await thread.close();
    await rejected;
  });

  it('that fails rejects its slices with the reason, and says that it has ended', async () => {
    let ended = false;
    function onEnd(): void {
      ended = true;
    }
    const noLimits = Object.create(null);
    const broken = new ThreadWarmer({ role: 'warmpath-warm-thread', ...edges(), limits: noLimits }, onEnd);
    await expect(warm(broken, 'fails')).rejects.toThrow('failed: ');
    expect(ended).toBe(true);
  });
});

describe('a pool', () => {
  function open(threads: number) {
    return openWarmPool({ ...edges(), clock, transport, threads });
  }
  const LOOK_EVERY_MS = 100;
  /** The looks of a pool at how busy its threads are: they come when a test says so, and find this thread always at work. */
  function busyLooks() {
    const { setInterval } = globalThis;
    let look: () => void = () => {};
    jest.spyOn(globalThis, 'setInterval').mockImplementation((callback: () => void, ms?: number) => {
      if (ms !== LOOK_EVERY_MS) return setInterval(callback, ms);
      look = callback;
      return setInterval(() => {}, 2 ** 30);
    });
    return async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        look();
        await new Promise(setImmediate);
        for (const began = performance.now(); performance.now() < began + 5; );
      }
    };
  }
  afterEach(() => jest.restoreAllMocks());

  it('warms a short list without another thread', async () => {
    await using pool = closing(open(4));
    const { tally } = await warm(pool, 'short');
    expect(tally.fetches).toBe(50);
    expect(pool.threads).toBe(1);
  });

  it('shares the work with another thread once this one is always busy, but keeps what has a bandwidth cap', async () => {
    let ownFetches = 0;
    const counting: Transport = {
      ...transport,
      fetch: (target, signal) => {
        // Without the proofs by HEAD, which are as many as the sample happens to take.
        if (target.method === 'GET') ownFetches += 1;
        return transport.fetch(target, signal);
      },
    };
    const look = busyLooks();
    await using pool = closing(
      openWarmPool({
        ...edges(),
        clock,
        transport: counting,
        threads: 2,
        watchIdleCores: () => () => 1,
      }),
    );
    const stop = new AbortController();
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: /^\/stalled/ });
    const stalled = ['a', 'b', 'c'].map((name) =>
      warm(pool, `stalled-${name}`, { signal: stop.signal, count: 5 }),
    );
    const rejected = stalled.map((slice) => expect(slice).rejects.toThrow());
    await requested(3 * 5);
    await look(20);
    expect(pool.threads).toBe(2);
    const before = ownFetches;
    const { tally } = await warm(pool, 'shared');
    expect(tally.outcomes.warmed).toBe(50);
    expect(ownFetches).toBe(before);
    const fields = { maxBandwidthMbps: 1_000 };
    await Promise.all(['capped-1', 'capped-2'].map((name) => warm(pool, name, { fields })));
    expect(ownFetches).toBe(before + 100);
    stop.abort();
    await Promise.all(rejected);
  });

  async function staysAlone(options: Partial<WarmPoolOptions>): Promise<void> {
    const look = busyLooks();
    await using pool = closing(openWarmPool({ ...edges(), clock, transport, threads: 8, ...options }));
    const stop = new AbortController();
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: /^\/stalled/ });
    const stalled = ['a', 'b', 'c'].map((name) => warm(pool, `stalled-${name}`, { signal: stop.signal }));
    const rejected = stalled.map((slice) => expect(slice).rejects.toThrow());
    await requested(1);
    await look(20);
    expect(pool.threads).toBe(1);
    stop.abort();
    await Promise.all(rejected);
  }

  it('leaves a core alone that others use', async () => {
    await staysAlone({ watchIdleCores: () => () => 0.5 });
  });

  it('has no more threads than fetches at a time are allowed', async () => {
    await staysAlone({ limits: withConcurrency(limits, 1), watchIdleCores: () => () => 8 });
  });
});

describe('a thread of a bundle', () => {
  it('starts from the bundle itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-pool-'));
    try {
      const entry = join(folder, 'entry.ts');
      const worker = join(__dirname, '../../../../lambdas/prewarm/worker');
      const job = { slice: sliceOf(30), spec: spec() };
      const settings = { role: 'warmpath-warm-thread', ...edges() };
      await writeFile(
        entry,
        `import { ThreadWarmer } from ${JSON.stringify(join(worker, 'thread-warmer'))};
         import { isWarmThread } from ${JSON.stringify(join(worker, 'warm-thread'))};
         const main = async () => {
           const thread = new ThreadWarmer(${JSON.stringify(settings)}, () => {});
           const lines = (async function* () { yield ['https://${cdn.distributionDomain}/bundled']; })();
           const signal = new AbortController().signal;
           const sinks = { onBegin: () => {}, onFailure: () => {} };
           const tally = await thread.warm({ ...${JSON.stringify(job)}, lines, signal }, sinks);
           process.stdout.write(JSON.stringify(tally.outcomes));
           await thread.close();
         };
         if (!isWarmThread) main();`,
      );
      const outfile = join(folder, 'bundle.cjs');
      await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs' });
      const { stdout } = await promisify(execFile)(process.execPath, [outfile]);
      expect(JSON.parse(stdout)).toMatchObject({ warmed: 1 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
