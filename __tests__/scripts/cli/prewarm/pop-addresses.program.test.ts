import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { runCliHere, towards } from './cli-process';

let folder: string;
let cdn: LoopbackCdn;

/** On the day on which the names of PoPs have ended: the distribution's own name still leads to an edge near the client. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-addresses-test-'));
  cdn = await startLoopbackCdn({
    pops: ['FRA56-P4', 'NRT57-P3'],
    clientSubnets: { '13.112.0.0': 'NRT57-P3', '18.184.0.0': 'FRA56-P4' },
    records: {
      'd111111abcdef8.fra56-p4.cloudfront.net': 'nxdomain',
      'd111111abcdef8.nrt57-p3.cloudfront.net': 'nxdomain',
    },
  });
});
afterAll(async () => {
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

async function warm(...options: readonly string[]) {
  const list = await write(
    'list.txt',
    `https://${cdn.distributionDomain}/a\nhttps://${cdn.distributionDomain}/b`,
  );
  const pops = ['--pops', 'FRA56-P4,NRT57-P3'];
  const { code, stdout, stderr } = await runCliHere([
    'prewarm',
    'run',
    list,
    ...pops,
    ...towards(cdn),
    '--json',
    ...options,
  ]);
  return { code, stderr, report: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('where PoPs have no names of their own any more', () => {
  it('a check in a schedule fails, and a run names each PoP', async () => {
    const asked = ['--resolver', cdn.resolver, '--cf-domain', cdn.distributionDomain];
    const check = await runCliHere(['prewarm', 'pops', '--check', '--region', 'jp', ...asked]);
    expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('0 of 2 resolve') });
    expect((await warm()).code).toBe(1);
    expect(cdn.seen).toHaveLength(0);
  });

  it('edges that DNS gives to clients of a region are warmed under the codes of their sites', async () => {
    const asked = ['--resolver', cdn.resolver, '--cf-domain', cdn.distributionDomain];
    const discovery = await runCliHere([
      'prewarm',
      'pops',
      '--discover',
      '--region',
      'eu,jp',
      ...asked,
      '--json',
    ]);
    const file = await write('edges.json', discovery.stdout);
    const { code, report } = await warm('--pop-addresses', file);
    expect({ code, report }).toMatchObject({ code: 0, report: { failed: 0 } });
    for (const pop of ['FRA56-P4', 'NRT57-P3']) expect(cdn.pop(pop).storedObjects).toBe(2);
  });

  it('addresses of the operator do as well, and still have to be those of CloudFront', async () => {
    const addresses = Object.fromEntries(cdn.pops.map((pop) => [pop.code, pop.addresses]));
    const file = await write('given.json', JSON.stringify(addresses));
    expect(await warm('--pop-addresses', file)).toMatchObject({ code: 0 });
    const ranges = await write(
      'ranges.json',
      JSON.stringify({
        createDate: '2026-11-20-21-03-12',
        prefixes: [{ ip_prefix: '120.52.22.96/27', service: 'CLOUDFRONT' }],
      }),
    );
    const { code, report } = await warm('--pop-addresses', file, '--ip-ranges', ranges);
    expect(code).toBe(1);
    expect(report.failures[0]).toMatchObject({ message: expect.stringContaining('outside the ranges') });
  });

  it.each([
    ['x', /got no JSON; allowed: \{"FRA56-P4"/],
    ['{}', /got no address of a PoP/],
    ['{"FRA56-P4": ["home"]}', /got no address of a PoP/],
    ['{"nowhere": ["127.0.0.1"]}', /got no address of a PoP/],
    ['{"networks": [{"edges": [{"address": "127.0.0.1", "site": null}]}]}', /got no address of a PoP/],
  ])('a file with %s is refused', async (text, message) => {
    const { code, stderr } = await warm('--pop-addresses', await write('wrong.json', text));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
