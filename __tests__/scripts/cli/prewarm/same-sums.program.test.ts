import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { type CliRun, startCli, towards } from './cli-process';

const POPS = ['FRA56-P4', 'NRT57-P3'];
const URLS = 400;
const FETCHES = URLS * POPS.length;

let cdn: LoopbackCdn;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-sums-test-'));
  // One in three is missing at the origin, so that there are failures to agree on.
  const objects = Object.fromEntries(
    Array.from({ length: URLS }, (_, index) => [
      `/o/${index}`,
      { status: index % 3 === 0 ? 404 : 200, body: 'x' },
    ]),
  );
  cdn = await startLoopbackCdn({ pops: POPS, objects });
});
afterAll(async () => {
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});

async function startRun(name: string, minutes: number): Promise<{ run: CliRun; reports: string }> {
  for (const pop of cdn.pops) pop.clear();
  const list = join(folder, `${name}.json`);
  const body = {
    url_list: Array.from({ length: URLS }, (_, index) => `https://${cdn.distributionDomain}/o/${index}`),
    cf_domain: cdn.distributionDomain,
    pops: POPS,
    timeout: minutes,
    header: [],
    instance_count: 1,
  };
  await writeFile(list, JSON.stringify(body));
  const reports = join(folder, name);
  const args = ['json', 'html', 'csv'].flatMap((format) => ['--report', `${reports}.${format}`]);
  const run = startCli([
    'prewarm',
    'run',
    list,
    ...towards(cdn),
    '--json',
    '--concurrency',
    '4',
    '--data-dir',
    `${reports}-data`,
    ...args,
  ]);
  return { run, reports };
}

/** Checks each of the places that tell what was done against the last line of the progress. */
async function expectSameSums(stdout: string, stderr: string, reports: string): Promise<void> {
  const last = [...stderr.matchAll(/^warming: (\d+) of (\d+) \(\d+ %\), (\d+) failed/gm)].at(-1);
  const [done, total, failed] = (last ?? []).slice(1).map(Number);
  expect(total).toBe(FETCHES);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(FETCHES);
  const printed = JSON.parse(stdout);
  expect(printed).toMatchObject({
    requested: FETCHES,
    fetches: done,
    failed,
    not_done: FETCHES - (done ?? 0),
  });
  expect(printed.failures).toHaveLength(failed ?? 0);
  const json = JSON.parse(await readFile(`${reports}.json`, 'utf8'));
  expect(json).toMatchObject({
    fetches: done,
    failed,
    warm: printed.warmed + printed.already_warm,
    bytes: printed.bytes,
    asked: { requested: FETCHES, failed, not_done: FETCHES - (done ?? 0) },
  });
  expect(json.pops.map((pop: { code: string; fetches: number }) => [pop.code, pop.fetches])).toEqual(
    POPS.map((code) => [code, printed.pops[code].fetches]),
  );
  expect(json.failures).toHaveLength(failed ?? 0);
  const csv = (await readFile(`${reports}.csv`, 'utf8')).trimEnd().split('\n');
  expect(csv).toHaveLength(1 + (failed ?? 0));
  const html = await readFile(`${reports}.html`, 'utf8');
  expect(html).toContain(`${FETCHES - (done ?? 0)} of ${FETCHES} planned fetches were not made`);
  expect(html).toContain(`${failed} fetches did not leave the object on the edge`);
}

describe('the sums of a run that was cut short', () => {
  it('are the same in the progress, on the terminal and in all reports after Ctrl-C, which ends slices midway', async () => {
    cdn.inject({ path: /\/o\/(39[0-9]|19[0-9])$/, fault: { kind: 'stall', at: 'header' } });
    const { run, reports } = await startRun('interrupted', 5);
    await run.shows(/^warming: [1-9]\d* of \d+ \(\d+ %\), [1-9]/m);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result;
    expect(code).toBe(130);
    await expectSameSums(stdout, stderr, reports);
    const again = await startRun('interrupted', 5);
    await again.run.shows(/^going on with the run of .*, \d+ of \d+ done/m);
    again.run.child.kill('SIGKILL');
    const done = JSON.parse(stdout).fetches;
    expect((await again.run.result).stderr).toContain(`, ${done} of ${FETCHES} done`);
  });
});
