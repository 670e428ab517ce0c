import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { until } from '../../../support/until';
import { type CliRun, listeningUrl, runCli, startCli, towards } from './cli-process';

const OBJECT_BYTES = 1_024;
const KEY = 'a-key-of-the-test-with-length';

describe('warmpath prewarm serve', () => {
  let cdn: LoopbackCdn;
  let folder: string;
  const running: CliRun[] = [];

  function serve(dataDir: string, ...options: string[]): CliRun {
    const run = startCli([
      'prewarm',
      'serve',
      '--port',
      '0',
      '--data-dir',
      dataDir,
      ...towards(cdn),
      ...options,
    ]);
    running.push(run);
    return run;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-serve-'));
    cdn = await startLoopbackCdn({ edgeDelayMs: 10, objectBytes: OBJECT_BYTES });
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ result }) => result));
    await cdn.close();
    await rm(folder, { recursive: true });
  });

  it('drains on SIGTERM, exits 0, and goes on at the next start with exact counts', async () => {
    const dataDir = join(folder, 'resumed');
    const first = serve(dataDir);
    const url = await listeningUrl(first);
    const urls = Array.from(
      { length: 800 },
      (_, index) => `https://${cdn.distributionDomain}/object-${index}`,
    );
    const accepted = await fetch(`${url}/prewarm`, {
      method: 'POST',
      body: JSON.stringify({
        url_list: urls,
        cf_domain: cdn.distributionDomain,
        pops: ['FRA56-P4', 'NRT57-P3'],
        timeout: 5,
        header: ['authorization: very-secret'],
        instance_count: 1,
      }),
    });
    const { request_id: id } = JSON.parse(await accepted.text());
    await until(() => cdn.pop('FRA56-P4').counters.bodyBytes > 0);
    first.child.kill('SIGTERM');
    const ended = await first.result;
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain('very-secret');
    expect(ended.stdout).toBe(`listening on ${url}\n`);

    // Only the slices that were underway have ended: most of the list is left for the next start.
    const downloadedBytes = cdn.pops.reduce((sum, { counters }) => sum + counters.bodyBytes, 0);
    expect(downloadedBytes).toBeLessThan(1_600 * OBJECT_BYTES);

    const second = serve(dataDir);
    const again = await listeningUrl(second);
    async function progressOf() {
      return JSON.parse(await (await fetch(`${again}/prewarm?req_id=${id}`)).text());
    }
    await until(async () => (await progressOf()).status === 'FINISHED');
    expect(await progressOf()).toMatchObject({ download_count: 1_600, total_count: 1_600 });
    second.child.kill('SIGTERM');
    expect((await second.result).code).toBe(0);
  });

  it('refuses a folder with files of somebody else, and keeps them', async () => {
    const home = join(folder, 'home');
    await mkdir(join(home, 'tmp'), { recursive: true });
    await writeFile(join(home, 'tmp', 'a'), 'precious');
    const { code, stderr } = await serve(home).result;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^warmpath: --data-dir: got .*home, which has files in it but not WARMPATH_DATA/);
    expect(await readFile(join(home, 'tmp', 'a'), 'utf8')).toBe('precious');
  });

  it('refuses a data directory that another process serves', async () => {
    const dataDir = join(folder, 'busy');
    const first = serve(dataDir);
    await listeningUrl(first);
    const second = await serve(dataDir).result;
    expect(second.code).toBe(2);
    expect(second.stdout).toBe('');
    expect(second.stderr).toMatch(/which another process is using; allowed: one process at a time/);
  });

  it('asks for the key of its file', async () => {
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, `${KEY}\n`, { mode: 0o600 });
    const url = await listeningUrl(serve(join(folder, 'keyed'), '--api-key-file', keyFile));
    expect((await fetch(`${url}/requests`)).status).toBe(403);
    expect((await fetch(`${url}/requests`, { headers: { 'x-api-key': KEY } })).status).toBe(200);
  });

  it('does not listen beyond this machine without a key', async () => {
    const { code, stderr } = await runCli([
      'prewarm',
      'serve',
      '--port',
      '0',
      '--host',
      '0.0.0.0',
      '--data-dir',
      join(folder, 'open'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('--host: got 0.0.0.0 without an API key');
  });

  it('refuses a port that is taken, before it makes a data directory', async () => {
    const taken = new URL(await listeningUrl(serve(join(folder, 'listens'))));
    const dataDir = join(folder, 'not-made');
    const args = ['prewarm', 'serve', '--port', taken.port, '--data-dir', dataDir];
    expect(await runCli(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/cannot listen on 127\.0\.0\.1:\d+: .*; choose another --port/),
    });
    expect(existsSync(dataDir)).toBe(false);
  });
});
