/**
 * A data directory that version 0.1 left behind: its `prewarm serve` was given two requests over loopback edges, each with a secret
 * header, and killed by SIGKILL when the first had ended and the second had its slices underway.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import { requestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { Clock } from '../../../../../lambdas/prewarm/engine/ports/clock';
import type { EmbeddedEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { engineFor, removeDir, tempDir } from './engine-fixture';

const ENDED = requestId('57534c35-3e0c-473c-a476-0e505bf32aa6');
const UNDERWAY = requestId('1fc798f5-34ed-42ee-afc7-41660e1c1208');
/** A minute after it was killed: neither a deadline nor a retention is over. */
const THEN = Date.parse('2026-11-28T13:46:00Z');
const SECRET = 'Bearer of-0.1';

describe('the state of version 0.1', () => {
  let dataDir: string;
  let cdn: LoopbackCdn;
  let engine: EmbeddedEngine;

  beforeAll(async () => {
    dataDir = await tempDir();
    await extract({ file: join(__dirname, 'state-of-0.1.tar.gz'), cwd: dataDir });
    cdn = await startLoopbackCdn({ pops: ['FRA56-P4'] });
    const behindMs = systemClock.now() - THEN;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() - behindMs };
    engine = await engineFor(cdn, dataDir, { clock });
  });
  afterAll(async () => {
    await engine.close();
    await cdn.close();
    await removeDir(dataDir);
  });

  it('keeps a request that had ended, with its counts, failures and report', async () => {
    const record = await engine.get(ENDED);
    expect(record).toMatchObject({ status: 'FINISHED', totals: { urlCount: 12, fetchCount: 12 } });
    expect(record?.progress.fetches).toBe(12);
    const failures = [];
    for await (const failure of engine.failures(ENDED)) failures.push(failure);
    expect(failures).toMatchObject([{ url: expect.stringMatching(/\/a\/3$/), outcome: { status: 404 } }]);
  });

  it('goes on with one that was underway, with the headers that it was given, to exact counts', async () => {
    const record = await engine.waitForEnd(UNDERWAY);
    expect(record).toMatchObject({ status: 'FINISHED', totals: { fetchCount: 8 } });
    expect(record.progress.fetches).toBe(8);
    expect(cdn.pop('FRA56-P4').storedObjects).toBe(8);
    const asked = cdn.seen.filter(({ method }) => method === 'GET');
    expect(new Set(asked.map(({ headers }) => headers['authorization']))).toEqual(new Set([SECRET]));
  });

  it('is a data directory of this version afterwards, which keeps no header of a request that has ended', async () => {
    await engine.close();
    expect(await readFile(join(dataDir, 'WARMPATH_DATA'), 'utf8')).toContain('warmpath');
    engine = await engineFor(cdn, dataDir, { clock: { ...systemClock, now: () => THEN } });
    const { items } = await engine.list({ limit: 10 });
    expect(items.map(({ id }) => id).sort()).toEqual([UNDERWAY, ENDED].sort());
    expect(items.map(({ spec }) => spec.headers)).toEqual([[], []]);
  });
});
