import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '../../../../../lambdas/prewarm/one-machine/service/service';
import { JSON_DOCUMENTS } from '../../../../../scripts/cli/prewarm/json-documents';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { startPageService } from '../../../../browser/support/page-service';
import { type CliResult, runCliHere } from '../cli-process';

const KEY = 'a-key-of-the-test-with-length';
const UNKNOWN = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';
const PAGE = { html: '', script: '', style: '' };

describe('the commands that ask a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-commands-'));
  const list = join(folder, 'list.txt');
  const before = { ...process.env };
  let cdn: LoopbackCdn;
  let service: RunningService;
  let id: string;

  function start(port = 0): Promise<RunningService> {
    return startPageService(cdn, join(folder, 'data'), PAGE, { apiKey: KEY, port });
  }
  function ask(...args: readonly string[]): Promise<CliResult> {
    return runCliHere(['prewarm', ...args]);
  }
  function urls(...paths: readonly string[]): string {
    return paths.map((path) => `https://${cdn.distributionDomain}${path}\n`).join('');
  }
  async function submit(...options: readonly string[]): Promise<string> {
    const { stdout } = await ask('submit', list, '--pops', 'FRA56-P4,NRT57-P3', '--json', ...options);
    return JSON_DOCUMENTS.accepted.parse(JSON.parse(stdout)).request_id;
  }

  beforeAll(async () => {
    cdn = await startLoopbackCdn({
      pops: ['FRA56-P4', 'NRT57-P3'],
      objects: { '/missing.jpg': { status: 404, body: '' } },
    });
    service = await start();
    process.env['WARMPATH_ENDPOINT'] = service.url;
    process.env['WARMPATH_API_KEY'] = KEY;
    writeFileSync(list, urls('/a', '/b', '/missing.jpg'));
    id = await submit();
    await ask('watch', id, '--quiet');
  });
  afterAll(async () => {
    process.env = before;
    await service.stop();
    await cdn.close();
    rmSync(folder, { recursive: true });
  });

  it('watch and status show figures, a table per PoP, and what failed with advice', async () => {
    const watched = await ask('watch', id);
    expect(watched.code).toBe(1);
    expect(watched.stdout).toMatch(
      new RegExp(
        `^${id}: FINISHED, 4 of 6 fetches warm, 2 failed\\n.*6 of 6 fetches.*\\nwarmed 4, HTTP error 2\\n\\nPoP +place +fetches .*\\nFRA56-P4 +Frankfurt.*\\nNRT57-P3 +Tokyo.*\\n\\nHTTP 404 .*check the path`,
      ),
    );
    expect(watched.stderr).toContain('finished: 6 of 6 (100 %), 2 failed');
    expect(watched.stderr).toContain('HTTP 404 (http-error, 2): ');
    expect(watched.stderr).not.toContain('\u001b');
    expect(await ask('status', id)).toEqual({ code: 0, stdout: watched.stdout, stderr: '' });
    expect((await ask('status', id, '--top', '1', '--sort', 'code')).stdout).toMatch(
      /FRA56-P4.*\nand 1 more PoP\n/,
    );
    expect(await ask('status', id, '--watch', '--quiet')).toMatchObject({
      code: 1,
      stdout: watched.stdout,
      stderr: '',
    });
  });

  it('print JSON by the published schemas with --json, and nothing else', async () => {
    for (const command of ['status', 'watch']) {
      const { stdout, stderr } = await ask(command, id, '--json');
      expect(JSON_DOCUMENTS.request.parse(JSON.parse(stdout))).toMatchObject({ request_id: id, warm: 4 });
      expect(stderr).toBe('');
    }
    const listed = await ask('list', '--json');
    expect(JSON_DOCUMENTS['request-list'].parse(JSON.parse(listed.stdout)).requests[0]?.request_id).toBe(id);
    JSON_DOCUMENTS.report.parse(JSON.parse((await ask('report', id, '--json')).stdout));
    JSON_DOCUMENTS.instances.parse(JSON.parse((await ask('instances', '2', '--json')).stdout));
    JSON_DOCUMENTS.instances.parse(JSON.parse((await ask('instances', '--json')).stdout));
    const estimated = await ask('estimate', list, '--pops', 'FRA56-P4', '--json');
    expect(JSON_DOCUMENTS.estimate.parse(JSON.parse(estimated.stdout))).toMatchObject({ urls: 3, pops: 1 });
  });

  it('estimate says requests, bytes, time and cost, and starts nothing', async () => {
    const { code, stdout } = await ask('estimate', list, '--pops', 'FRA56-P4', '--object-size', '1MB');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^3 URLs through 1 points of presence: \d+ requests\n3\.00 MB to download\nabout [\d.]+ minutes\n\$0\.\d{4} at AWS: transfer .*\n- Objects have 1000000 bytes on average, as given\.\n/,
    );
    expect(await ask('estimate', list, '--object-size', 'big')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--object-size: got "big"'),
    });
  });

  it('list shows a table, instances tell and set their number, report prints each form', async () => {
    const { stdout } = await ask('list');
    expect(stdout).toMatch(/^request +created \(UTC\) +status +fetches +warm +failed +distribution\n/);
    expect(stdout).toContain(id);
    expect(await ask('instances', '3')).toMatchObject({ code: 0, stderr: '' });
    expect(await ask('instances')).toEqual({ code: 0, stdout: '3 instances\n', stderr: '' });
    expect(await ask('instances', 'many')).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse((await ask('report', id)).stdout)).toMatchObject({ request_id: id });
    expect((await ask('report', id, '--format', 'html')).stdout).toMatch(/^<!doctype html>/i);
  });

  it('say what is wrong with an id, a key, an endpoint or an option, and which name was meant', async () => {
    expect(await ask('stop', id)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^warmpath: the API answered 409: .*has ended already/),
    });
    for (const command of ['status', 'watch', 'stop', 'report'])
      expect(await ask(command, UNKNOWN)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^warmpath: the API answered 404: /),
      });
    process.env['WARMPATH_API_KEY'] = 'wrong';
    expect(await ask('list')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^warmpath: the API answered 403: .*key is that of --api-key-file/),
    });
    process.env['WARMPATH_API_KEY'] = 'a-secret\u0001of-mine';
    const unsendable = await ask('list');
    expect(unsendable).toMatchObject({ code: 2, stderr: expect.stringContaining('WARMPATH_API_KEY: got') });
    expect(unsendable.stderr).not.toContain('a-secret');
    process.env['WARMPATH_API_KEY'] = KEY;
    expect(await ask('list', '--endpoint', 'https://me:secret@example.com/')).toMatchObject({
      code: 2,
      stderr: expect.not.stringContaining('secret'),
    });
    expect(await ask('wtach', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean watch'),
    });
    expect(await ask('watch', id, '--quit')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean --quiet'),
    });
  });

  it('take the name of an endpoint with its key, and send under the old name with a warning', async () => {
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
    const config = join(folder, 'warmpath.config.json');
    writeFileSync(
      config,
      JSON.stringify({ endpoints: { staging: { url: service.url, apiKeyFile: 'key' } } }),
    );
    process.env['WARMPATH_CONFIG'] = config;
    process.env['WARMPATH_API_KEY'] = 'the-key-of-another-service';
    try {
      const sent = await ask('send', list, '--endpoint', 'staging', '--pops', 'FRA56-P4');
      expect(sent).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('is called `prewarm submit` now'),
      });
      expect(await ask('list', '--endpoint', 'stagign')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('did you mean "staging"?'),
      });
    } finally {
      delete process.env['WARMPATH_CONFIG'];
      process.env['WARMPATH_API_KEY'] = KEY;
    }
  });

  it('watch goes on over a restart of the service', async () => {
    cdn.inject({ path: /^\/slow/, fault: { kind: 'slow', delayMs: 200 } });
    writeFileSync(list, urls(...Array.from({ length: 150 }, (_, index) => `/slow-${index}`)));
    const slow = await submit();
    const watching = ask('watch', slow);
    const ended = watching.then(({ stderr }) => {
      throw new Error(`ended before its time: ${stderr}`);
    });
    ended.catch(() => {});
    let shown = '';
    let look: () => void = () => {};
    // The command's own catcher of standard error stands by now.
    const caught = process.stderr.write.bind(process.stderr);
    process.stderr.write = ((text: string) => {
      shown += text;
      look();
      return caught(text);
    }) as typeof process.stderr.write;
    function shows(text: string): Promise<void> {
      const said = new Promise<void>((resolve) => {
        look = () => {
          if (shown.includes(text)) resolve();
        };
        look();
      });
      return Promise.race([said, ended]);
    }
    await shows('warming');
    const { port } = new URL(service.url);
    await service.stop();
    await shows('trying again');
    service = await start(Number(port));
    const { code, stdout } = await watching;
    expect(code).toBe(0);
    expect(stdout).toContain(`${slow}: FINISHED, 300 of 300 fetches warm, 0 failed`);
    expect(shown).toContain('the service does not answer; trying again\n');
    expect(shown).toContain('the service answers again\n');
  });
});
