import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedRanges } from '../../../../modules/prewarm';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { runCli, runCliHere, towards } from './cli-process';

let folder: string;
let cdn: LoopbackCdn;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-ranges-test-'));
  cdn = await startLoopbackCdn({ pops: ['FRA56-P4'] });
  process.env['WARMPATH_IP_RANGES_FILE'] = join(folder, 'kept', 'ranges.json');
});
afterAll(async () => {
  delete process.env['WARMPATH_IP_RANGES_FILE'];
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});

function published(...cidrs: readonly string[]) {
  return JSON.stringify({
    createDate: '2026-11-20-21-03-12',
    prefixes: [
      ...cidrs.map((ip_prefix) => ({ ip_prefix, service: 'CLOUDFRONT' })),
      { ip_prefix: '3.5.140.0/22', service: 'S3' },
    ],
    ipv6_prefixes: [],
  });
}

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('the published ranges as a second check', () => {
  it('let a run contact what is in them, and name what is not', async () => {
    const list = await write('list.txt', `https://${cdn.distributionDomain}/a`);
    const args = ['prewarm', 'run', list, '--pops', 'FRA56-P4', ...towards(cdn), '--json', '--ip-ranges'];
    await runCliHere(['prewarm', 'ip-ranges', '--from', await write('all.json', published('127.0.0.0/8'))]);
    expect(await runCli(args)).toMatchObject({ code: 0 });
    const asked = cdn.seen.length;
    const { code, stdout } = await runCli([...args, await write('other.json', published('120.52.22.96/27'))]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).failures).toMatchObject([
      {
        pop: 'FRA56-P4',
        outcome: 'unknown-pop',
        message: expect.stringMatching(/outside the ranges .*2026-11-20/),
      },
    ]);
    expect(cdn.seen).toHaveLength(asked);
  });

  it('let pops --check see which PoPs have addresses outside them', async () => {
    const check = ['prewarm', 'pops', '--check', '--country', 'Germany', '--resolver', cdn.resolver];
    const args = [...check, '--cf-domain', cdn.distributionDomain, '--json', '--ip-ranges'];
    const inside = await runCliHere([...args, await write('in.json', published('127.0.0.0/8'))]);
    const outside = await runCliHere([...args, await write('out.json', published('120.52.22.96/27'))]);
    function pop({ stdout }: { readonly stdout: string }) {
      return JSON.parse(stdout).pops.find(({ code }: { readonly code: string }) => code === 'FRA56-P4');
    }
    expect(pop(inside)).toMatchObject({ status: 'SUCCESS', addresses: cdn.pop('FRA56-P4').addresses });
    expect(pop(outside)).toMatchObject({
      status: 'FAILED',
      addresses: [],
      message: expect.stringMatching(/outside the ranges .* on 2026-11-20/),
    });
    expect(outside.code).toBe(1);
    expect(await runCliHere([...args, join(folder, 'absent.json')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--ip-ranges: cannot read'),
    });
  });

  it('are kept where --to says, in the form that a deployment reads', async () => {
    const to = join(folder, 'repository', 'cloudfront-ip-ranges.json');
    const from = await write('new.json', published('120.52.22.96/27'));
    expect(await runCliHere(['prewarm', 'ip-ranges', '--from', from, '--to', to])).toMatchObject({ code: 0 });
    expect(publishedRanges(to)).toEqual(['120.52.22.96/27']);
  });

  it('are kept from an address, of CloudFront alone', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/ip-ranges.json' ? 200 : 404;
      response.end(published('120.52.22.96/27'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    try {
      const from = `http://127.0.0.1:${port}/ip-ranges.json`;
      expect(await runCliHere(['prewarm', 'ip-ranges', '--from', from])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /has 1 ranges of CloudFront, as AWS published them on 2026-11-20-21-03-12/,
        ),
      });
      expect(await readFile(process.env['WARMPATH_IP_RANGES_FILE']!, 'utf8')).not.toContain('S3');
      expect(await runCliHere(['prewarm', 'ip-ranges', '--from', `${from}x`])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/it answered 404; .*--from/),
      });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('are refused where they are something else, and nothing is written or warmed', async () => {
    const list = await write('one.txt', `https://${cdn.distributionDomain}/a`);
    await rm(process.env['WARMPATH_IP_RANGES_FILE']!, { force: true });
    for (const [name, text, message] of [
      ['none.json', '{}', /got another document; allowed: the ip-ranges\.json that AWS publishes/],
      ['text.json', 'x', /got no JSON/],
    ] as const) {
      const file = await write(name, text);
      expect(await runCliHere(['prewarm', 'ip-ranges', '--from', file])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(message),
      });
      const run = ['prewarm', 'run', list, '--pops', 'FRA56-P4', ...towards(cdn), '--ip-ranges', file];
      expect(await runCliHere(run)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    }
    expect(existsSync(process.env['WARMPATH_IP_RANGES_FILE']!)).toBe(false);
    const run = ['prewarm', 'run', list, '--pops', 'FRA56-P4', ...towards(cdn), '--ip-ranges'];
    expect(await runCliHere(run)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--ip-ranges: cannot read .*`warmpath prewarm ip-ranges` makes it/),
    });
  });
});
