import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoveryDocument, popsDocument } from '../../../../scripts/cli/prewarm/json-documents';
import { runPops } from '../../../../scripts/cli/prewarm/pops';
import type { PopsOptions } from '../../../../scripts/cli/prewarm/pops-options';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn/index';

async function run(options: PopsOptions) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runPops(options, { out: (text) => out.push(text), error: (text) => error.push(text) });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

function codesOf(json: string): string[] {
  return popsDocument.parse(JSON.parse(json)).pops.map(({ code }) => code);
}

describe('warmpath prewarm pops', () => {
  let cdn: LoopbackCdn;
  beforeAll(async () => {
    cdn = await startLoopbackCdn({ clientSubnets: { '18.228.0.0': 'NRT57-P3' } });
  });
  afterAll(() => cdn.close());

  it('lists all codes, those of lists, or those near a place', async () => {
    expect(codesOf((await run({ json: true })).out).length).toBeGreaterThan(300);
    expect(codesOf((await run({ region: ['JP'], country: ['legacy:singapore'], json: true })).out)).toEqual([
      'NRT51-P2',
      'NRT57-P3',
      'SIN2-P1',
      'SIN2-P2',
    ]);
    expect(codesOf((await run({ near: '48.1,11.6', count: 1, json: true })).out)).toEqual(['MUC50-C1']);
    expect((await run({ region: ['jp'] })).out).toMatch(/^PoP +City +Country .*\nNRT51-P2 +Tokyo +Japan/);
  });

  it('resolves them for a distribution; those that do not are named', async () => {
    const options = { region: ['jp'], check: true, resolver: cdn.resolver, cfDomain: cdn.distributionDomain };
    const { code, out } = await run({ ...options, json: true });
    expect(code).toBe(0);
    expect(popsDocument.parse(JSON.parse(out))).toMatchObject({
      failed: 1,
      pops: [
        { code: 'NRT51-P2', status: 'FAILED', message: expect.stringContaining('does not exist') },
        { code: 'NRT57-P3', status: 'SUCCESS', addresses: cdn.pop('NRT57-P3').addresses },
      ],
    });
    expect((await run(options)).out).toContain('1 of 2 resolve');
    expect((await run({ ...options, region: ['au'] })).code).toBe(1);
  });

  it('discovers the sites that answer a region', async () => {
    const options = { discover: true, resolver: cdn.resolver, cfDomain: cdn.distributionDomain, json: true };
    const { code, out } = await run({ ...options, region: ['sa'] });
    expect(code).toBe(0);
    expect(discoveryDocument.parse(JSON.parse(out)).networks).toMatchObject([
      { client_subnet: '18.228.0.0/24', edges: [{ site: 'NRT57-P3', known_codes: ['NRT57-P3'] }] },
    ]);
    const table = await run({ ...options, json: false, subnet: ['9.9.9.0/24'] });
    expect(table.out).toMatch(/9\.9\.9\.0\/24 +127\.0\.0\.\d+ +FRA56-P4 +FRA56-P4/);
  });

  it('keeps what has an address for later commands, and writes nothing where nothing has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-pops-'));
    const before = process.env['WARMPATH_POPS_FILE'];
    process.env['WARMPATH_POPS_FILE'] = join(folder, 'kept', 'pops.json');
    try {
      const options = { update: true, resolver: cdn.resolver, cfDomain: cdn.distributionDomain };
      const nobody = await run({ ...options, cfDomain: 'd222222abcdef8.cloudfront.net' });
      expect(nobody.code).not.toBe(0);
      expect((await run({ json: true })).out.length).toBeGreaterThan(1_000);
      const { code, out } = await run({ ...options, json: true });
      expect(code).toBe(0);
      const kept = JSON.parse(out);
      expect(kept.codes).toEqual(cdn.pops.map((pop) => pop.code).sort());
      expect(kept.gone).toContain('MUC50-C1');
      expect(codesOf((await run({ json: true })).out)).toEqual(kept.codes);
      expect(codesOf((await run({ country: ['Japan'], json: true })).out)).toEqual(['NRT57-P3']);
      await writeFile(process.env['WARMPATH_POPS_FILE'], '{}');
      expect(await run({})).toMatchObject({ code: 2, error: expect.stringContaining('pops --update') });
    } finally {
      process.env['WARMPATH_POPS_FILE'] = before;
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.each<[PopsOptions, string]>([
    [{ region: ['apx'] }, 'did you mean "apac"'],
    [{ near: 'here' }, '--near: got "here"'],
    [{ country: ['Germny'] }, '--country[0]: got "Germny"'],
    [
      { discover: true, cfDomain: 'd1.cloudfront.net', subnet: ['10.0.0.0'], resolver: '127.0.0.1:53' },
      '--subnet: got "10.0.0.0"',
    ],
    [{ check: true }, '--cf-domain: got nothing'],
    [{ check: true, cfDomain: 'd1.cloudfront.cn' }, 'mainland China'],
    [{ check: true, cfDomain: 'd1.cloudfront.net', resolver: 'localhost:53' }, 'HOST:PORT'],
    [{ discover: true, cfDomain: 'd1.cloudfront.net', region: ['cn'], resolver: '127.0.0.1:53' }, '--subnet'],
    [
      {
        discover: true,
        cfDomain: 'd1.cloudfront.net',
        region: ['constructor', '__proto__'],
        resolver: '127.0.0.1:53',
      },
      '--discover: got "constructor"',
    ],
  ])('refuses %j as bad input', async (options, message) => {
    const { code, error } = await run(options);
    expect(code).toBe(2);
    expect(error).toContain(message);
  });
});
