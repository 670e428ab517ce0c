import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { type CliRun, runCli, startCli, towards } from '../cli-process';

const KEY = 'a-key-of-the-test-with-length';

describe('requests of a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-requests-'));
  let cdn: LoopbackCdn;
  let service: CliRun;
  let id: string;
  let env: NodeJS.ProcessEnv;

  function ask(...args: readonly string[]) {
    return runCli(['prewarm', ...args], '', env);
  }

  beforeAll(async () => {
    cdn = await startLoopbackCdn({ pops: ['FRA56-P4'] });
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
    const where = ['--port', '0', '--data-dir', join(folder, 'data'), '--api-key-file', keyFile];
    service = startCli(['prewarm', 'serve', ...where, ...towards(cdn)]);
    const endpoint = await new Promise<string>((resolve) => {
      let output = '';
      service.child.stdout?.on('data', (text: string) => {
        output += text;
        const url = /^listening on (http:\S+)\n/.exec(output)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
    env = { WARMPATH_ENDPOINT: endpoint, WARMPATH_API_KEY: KEY };
    const list = join(folder, 'list.txt');
    writeFileSync(list, `https://${cdn.distributionDomain}/a\nhttps://${cdn.distributionDomain}/b\n`);
    const what = ['--cf-domain', cdn.distributionDomain, '--pops', 'FRA56-P4'];
    const { stdout } = await ask('submit', list, ...what, '--json');
    id = JSON.parse(stdout).request_id;
  });
  afterAll(async () => {
    service.child.kill('SIGTERM');
    await service.result;
    await cdn.close();
    rmSync(folder, { recursive: true });
  });

  it('are followed to their end, shown, listed and reported', async () => {
    const sentence = `${id}: FINISHED, 2 of 2 fetches warm, 0 failed\n`;
    expect(await ask('watch', id)).toMatchObject({ code: 0, stdout: sentence });
    expect(await ask('status', id)).toEqual({ code: 0, stdout: sentence, stderr: '' });
    expect(await ask('list')).toEqual({ code: 0, stdout: sentence, stderr: '' });
    const json = await ask('status', id, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ request_id: id, status: 'FINISHED', warm: 2 });
    const report = await ask('report', id);
    expect(JSON.parse(report.stdout)).toMatchObject({ request_id: id });
    expect((await ask('report', id, '--format', 'html')).stdout).toMatch(/^<!doctype html>/i);
  });

  it('that have ended or are unknown are not stopped, and it says so', async () => {
    await ask('watch', id);
    expect(await ask('stop', id)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^warmpath: the API answered 409: .*has ended already/),
    });
    const unknown = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';
    for (const command of ['status', 'watch', 'stop', 'report'])
      expect(await ask(command, unknown)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^warmpath: the API answered 404: /),
      });
  });

  it('share instances, whose number is told and set', async () => {
    expect(await ask('instances', '3')).toMatchObject({ code: 0, stderr: '' });
    expect(await ask('instances')).toEqual({ code: 0, stdout: '3 instances\n', stderr: '' });
    expect(await ask('instances', 'many')).toMatchObject({ code: 2, stdout: '' });
  });

  it('are not shown without the key', async () => {
    expect(await runCli(['prewarm', 'list'], '', { ...env, WARMPATH_API_KEY: 'wrong' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^warmpath: the API answered 40[13]: /),
    });
  });
});
