import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { popCode, requestId, sliceId } from '../../../../lambdas/prewarm/domain/ids';
import type { FetchOutcome } from '../../../../lambdas/prewarm/domain/outcome';
import type { RequestSpec } from '../../../../lambdas/prewarm/domain/request';
import type { FetchFailure, Slice } from '../../../../lambdas/prewarm/domain/slice';
import { DEFAULT_WARM_LIMITS } from '../../../../lambdas/prewarm/domain/warming/warm-limits';
import { openWarmPool, type WarmPool } from '../../../../lambdas/prewarm/worker/warm-pool';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';

const POP = popCode('FRA56-P4');
let cdn: LoopbackCdn;

beforeAll(async () => {
  cdn = await startLoopbackCdn({ pops: [POP] });
});
beforeEach(() => cdn.clearFaults());
afterAll(() => cdn.close());

const spec = (): RequestSpec => ({
  distributionDomain: cdn.distributionDomain,
  cfDomain: cdn.distributionDomain,
  aliases: [],
  pops: [POP],
  headers: [],
  encodings: ['browser'],
  verify: 'none',
  skipWarm: false,
  needInvalidate: false,
  instanceCount: 0,
  timeoutMinutes: 10,
  sources: [],
});
const sliceOf = (index: number): Slice => ({
  requestId: requestId('5f0c3b3e-0000-4000-8000-000000000000'),
  id: sliceId(POP, index),
  pop: POP,
  addresses: cdn.pop(POP).addresses,
  segment: { index, urlCount: 50, startByte: 0, endByte: 1, expectedBytes: 0 },
});
async function* urls(prefix: string, count: number) {
  for (let n = 0; n < count; n += 1) yield `https://${cdn.distributionDomain}/${prefix}/${n}`;
}

const warm = async (pool: WarmPool, index: number, signal = new AbortController().signal) => {
  const outcomes: FetchOutcome[] = [];
  const failures: FetchFailure[] = [];
  const tally = await pool.warm(
    { slice: sliceOf(index), spec: spec(), lines: urls(`${pool.threads}-${index}`, 50), signal },
    { onOutcome: (outcome) => outcomes.push(outcome), onFailure: (failure) => failures.push(failure) },
  );
  return { tally, outcomes, failures };
};
const open = (threads: number) =>
  openWarmPool({ limits: DEFAULT_WARM_LIMITS, ca: cdn.caPem, edgePort: cdn.edgePort, threads });

describe.each([1, 2])('a pool of %i', (threads) => {
  let pool: WarmPool;
  beforeAll(() => {
    pool = open(threads);
  });
  afterAll(() => pool.close());

  it('warms slices side by side, and answers each with its own outcomes and failures', async () => {
    cdn.inject({ fault: { kind: 'status', status: 404 }, path: `/${threads}-1/7` });
    const results = await Promise.all([0, 1, 2, 3].map((index) => warm(pool, index)));
    for (const { tally, outcomes } of results) {
      expect(tally.fetches).toBe(50);
      expect(outcomes).toHaveLength(50);
    }
    expect(results.map(({ failures }) => failures.length)).toEqual([0, 1, 0, 0]);
    expect(results[1]!.failures[0]!.outcome).toMatchObject({ kind: 'http-error', status: 404 });
  });

  it('calls off one slice and not the other', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: new RegExp(`^/${threads}-10/`) });
    const stop = new AbortController();
    const stalled = warm(pool, 10, stop.signal);
    const other = warm(pool, 11);
    expect((await other).tally.fetches).toBe(50);
    stop.abort(new Error('no longer wanted'));
    await expect(stalled).rejects.toThrow('no longer wanted');
  });
});

describe('a pool that is closed', () => {
  it('rejects the slices underway', async () => {
    const pool = open(2);
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    const before = cdn.pop(POP).counters.requests;
    const underway = warm(pool, 20);
    const rejected = expect(underway).rejects.toThrow('was ended');
    while (cdn.pop(POP).counters.requests === before) await new Promise((resolve) => setTimeout(resolve, 10));
    await pool.close();
    await rejected;
  });
});

describe('a pool in a bundle', () => {
  it('starts its threads from the bundle itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-pool-'));
    try {
      const entry = join(folder, 'entry.ts');
      const worker = join(__dirname, '../../../../lambdas/prewarm/worker');
      const job = { slice: sliceOf(30), spec: spec() };
      const options = { limits: DEFAULT_WARM_LIMITS, ca: cdn.caPem, edgePort: cdn.edgePort, threads: 2 };
      await writeFile(
        entry,
        `import { openWarmPool } from ${JSON.stringify(join(worker, 'warm-pool'))};
         import { isWarmThread } from ${JSON.stringify(join(worker, 'warm-thread'))};
         const main = async () => {
           const pool = openWarmPool(${JSON.stringify(options)});
           const lines = (async function* () { yield 'https://${cdn.distributionDomain}/bundled'; })();
           const signal = new AbortController().signal;
           const sinks = { onOutcome: () => {}, onFailure: () => {} };
           const tally = await pool.warm({ ...${JSON.stringify(job)}, lines, signal }, sinks);
           process.stdout.write(JSON.stringify(tally.outcomes));
           await pool.close();
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
