import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { repositoryRoot } from '../../../../scripts/build/functions';
import { packCommandLine } from '../../../../scripts/build/pack/command-line';
import { filesBelow } from '../../../../scripts/files-below';
import { startLoopbackCdn } from '../../../../scripts/loopback-cdn';

const run = promisify(execFile);

describe('the package of the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-packed-'));
  let file: string;
  beforeAll(async () => {
    file = await packCommandLine(join(folder, 'packages'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs by npx in an empty folder, without a registry', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4'] });
    writeFileSync(join(empty, 'list.txt'), `https://${cdn.distributionDomain}/o/1\n`);
    const { stdout } = await run(
      'npx',
      [
        ...['--yes', '--offline', relative(empty, file), 'prewarm', 'run', 'list.txt', '--json'],
        ...['--cf-domain', cdn.distributionDomain, '--pops', 'FRA56-P4'],
        ...['--resolver', cdn.resolver, '--edge-port', String(cdn.edgePort), '--ca', cdn.caFile],
      ],
      { cwd: empty, env: { ...process.env, npm_config_cache: join(folder, 'npm'), HOME: folder } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ requested: 1, warmed: 1, failed: 0 });
  });

  it('takes at most 5 MB, needs no other package, and tells nothing of the machine that packed it', async () => {
    expect(statSync(file).size).toBeLessThanOrEqual(5e6);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    await extract({ file, cwd: unpacked });
    const manifest = JSON.parse(readFileSync(join(unpacked, 'package', 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('scripts');
    const telling = filesBelow(unpacked).filter((path) => readFileSync(path).includes(repositoryRoot));
    expect(telling).toEqual([]);
  });

  it('is the same where the sources are the same', async () => {
    const again = await packCommandLine(join(folder, 'again'));
    expect(readFileSync(again).equals(readFileSync(file))).toBe(true);
  });

  it('carries the licences of what is in it', async () => {
    const text = readFileSync(join(folder, 'unpacked', 'package', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['classic-level', 'commander', 'zod', '@aws-sdk/client-ecs'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|Apache-2\\.0)\\)$`, 'm'));
  });
});
