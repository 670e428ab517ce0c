import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { requestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import { DataDirLocked, openDataDir } from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { keys } from '../../../../../lambdas/prewarm/one-machine/adapters/keys';
import { put } from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { closing } from '../../../../support/closing';
import { until } from '../../../../support/until';
import { engineFor, listed, removeDir, specFor, tempDir, urlsOf } from './engine-fixture';

const KILLS = 12;
const URLS = 400;
const BROKEN_URLS = 40;
const OBJECT_BYTES = 1_024;

/**
 * What must come out the same however often the process died: everything but times and hits. Of the list, each URL was sized or
 * counted as failed; which of the two is a matter of how fast the edge answers a HEAD on this machine.
 */
function countersOf({ status, countedSlices, totals, progress, failedUrlCount, urlBytes }: RequestRecord) {
  return {
    status,
    countedSlices,
    totals,
    fetches: progress.fetches,
    bytes: progress.bytes,
    // An object that a killed process had warmed is a Hit for the next.
    warm: progress.outcomes.warmed + progress.outcomes['already-warm'],
    httpErrors: progress.outcomes['http-error'],
    sizedOrFailedUrls: urlBytes / OBJECT_BYTES + failedUrlCount,
  };
}

describe('an engine that is killed', () => {
  let cdn: LoopbackCdn;
  let dir: string;
  let bundle: string;
  let jobFile: string;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    dir = await tempDir();
    cdn = await startLoopbackCdn({
      pops: ['FRA56-P4', 'NRT57-P3'],
      edgeDelayMs: 2,
      objectBytes: OBJECT_BYTES,
    });
    cdn.inject({ path: /\/broken\//, fault: { kind: 'status', status: 404 } });
    // A bundle starts in a tenth of the time that the sources take.
    bundle = join(dir, 'child.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'crash-child.ts')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      outfile: bundle,
      external: ['classic-level'],
    });
    jobFile = join(dir, 'job.json');
    const { resolver, edgePort, caPem, distributionDomain } = cdn;
    const urls = [...urlsOf(distributionDomain, URLS), ...urlsOf(distributionDomain, BROKEN_URLS, 'broken')];
    const spec = specFor(cdn, { idempotencyKey: 'crash' });
    await writeFile(jobFile, JSON.stringify({ cdn: { resolver, edgePort, caPem }, spec, urls }));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await cdn.close();
    await removeDir(dir);
  });

  function start(dataDir: string) {
    const child = spawn(process.execPath, [bundle, dataDir, jobFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_PATH: join(process.cwd(), 'node_modules') },
    });
    children.add(child);
    let output = '';
    let opened: () => void = () => {};
    const isOpen = new Promise<void>((resolve) => {
      opened = resolve;
    });
    function take(chunk: Buffer): void {
      output += chunk;
      if (output.includes('open')) opened();
    }
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const ended = new Promise<string>((resolve) => {
      child.once('close', () => {
        children.delete(child);
        opened();
        resolve(output);
      });
    });
    return { child, isOpen, ended };
  }

  async function recordIn(dataDir: string, output: string): Promise<RequestRecord> {
    const id = requestId(/ended (\S+) FINISHED/.exec(output)?.[1] ?? `none, the output was: ${output}`);
    await using engine = closing(await engineFor(cdn, dataDir));
    const record = await engine.get(id);
    const pops = await engine.pops(id);
    expect(pops.map(({ progress }) => progress.fetches)).toEqual([URLS + BROKEN_URLS, URLS + BROKEN_URLS]);
    return record as RequestRecord;
  }

  it(`ends with the counters of an undisturbed run after ${KILLS} kills at random moments`, async () => {
    const cleanDir = join(dir, 'clean');
    const clean = await recordIn(cleanDir, await start(cleanDir).ended);
    const requests = cdn.seen.length;

    const killedDir = join(dir, 'killed');
    const statuses = new Set<string>();
    let kills = 0;
    while (kills < KILLS) {
      const { child, isOpen, ended } = start(killedDir);
      await isOpen;
      const lastSeen = cdn.seen.length + Math.floor((Math.random() * requests) / KILLS);
      await until(() => cdn.seen.length >= lastSeen || child.exitCode !== null);
      const wasAlive = child.exitCode === null;
      child.kill('SIGKILL');
      const output = await ended;
      kills += 1;
      statuses.add(/ended/.test(output) ? 'ended' : wasAlive ? 'killed' : `died: ${output}`);
    }
    const after = await recordIn(killedDir, await start(killedDir).ended);

    expect(statuses).toContain('killed');
    expect([...statuses].filter((status) => status.startsWith('died'))).toEqual([]);
    expect(countersOf(after)).toEqual(countersOf(clean));
    expect(after.progress.outcomes['http-error']).toBe(2 * BROKEN_URLS);
  });

  it('is followed by one that has few fetches in flight, since it may be killed again', async () => {
    const dataDir = join(dir, 'careful');
    const opened = await engineFor(cdn, dataDir, { sizing: 'none' });
    await opened.setCapacity(0);
    const spec = specFor(cdn, { idempotencyKey: 'careful', instanceCount: 0 });
    await opened.submit(spec, listed(urlsOf(cdn.distributionDomain, 300, 'careful')));
    await opened.close();
    const { store } = await openDataDir(dataDir);
    // A process that is killed leaves the mark that one that ends takes away.
    expect(store.has(keys.open)).toBe(false);
    await store.commit([put(keys.open, true)]);
    await store.close();

    await using fresh = await startLoopbackCdn({ edgeDelayMs: 2 });
    await using engine = closing(await engineFor(fresh, dataDir, { sizing: 'none' }));
    const { items } = await engine.list({ limit: 1 });
    await engine.setCapacity(8);
    await engine.waitForEnd(items[0]!.id);
    const peak = fresh.pops.reduce((sum, { counters }) => sum + counters.peakRequests, 0);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThanOrEqual(2 * 32);
  });

  it('keeps a second process out of its data directory', async () => {
    const dataDir = join(dir, 'shared');
    await using _engine = closing(await engineFor(cdn, dataDir));
    const output = await start(dataDir).ended;
    expect(output).toContain('DataDirLocked');
    expect(output).toContain(`got ${dataDir}, which another process is using`);
    await expect(engineFor(cdn, dataDir)).rejects.toThrow(DataDirLocked);
  });
});
