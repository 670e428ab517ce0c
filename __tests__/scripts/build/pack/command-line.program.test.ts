import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { version } from '../../../../package.json';
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

  it('starts for a user id without a home, as a container may be given one', async () => {
    const program = join(folder, 'unpacked', 'package', 'scripts', 'cli', 'packed-warmpath.cjs');
    const homeless = `require('node:os').homedir = () => { throw new Error('ENOENT'); }; require(${JSON.stringify(program)});`;
    const { stdout } = await run(process.execPath, ['-e', homeless, program, 'prewarm', 'pops'], {
      env: { PATH: process.env['PATH'] },
    });
    expect(stdout).toContain('Frankfurt');
  });

  it('is the same where the sources are the same, and so is what tells what is in it', async () => {
    await packCommandLine(join(folder, 'again'));
    const names = readdirSync(dirname(file));
    expect(names).toEqual([expect.stringMatching(/\.cdx\.json$/), expect.stringMatching(/\.tgz$/)]);
    for (const name of names)
      expect(readFileSync(join(folder, 'again', name)).equals(readFileSync(join(dirname(file), name)))).toBe(
        true,
      );
  });

  it('carries the licences of what is in it, of the page and of compiled code too', async () => {
    const text = readFileSync(join(folder, 'unpacked', 'package', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['classic-level', 'commander', 'zod', '@aws-sdk/client-ecs', 'preact'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|Apache-2\\.0)\\)$`, 'm'));
    for (const part of ['The LevelDB Authors', 'Google Inc.', 'Apache License', 'Open Travel Data'])
      expect(text).toContain(part);
  });

  it('is told by a CycloneDX document that names what esbuild put in, with the checksums of the lock file', () => {
    const sbom = JSON.parse(readFileSync(file.replace(/tgz$/, 'cdx.json'), 'utf8'));
    expect(sbom).toMatchObject({
      bomFormat: 'CycloneDX',
      serialNumber: expect.stringMatching(
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      metadata: { component: { name: 'warmpath', version } },
    });
    const components: readonly { readonly purl: string; readonly hashes?: readonly object[] }[] =
      sbom.components;
    const purls = components.map(({ purl }) => purl);
    for (const name of ['commander', 'preact', 'zod', 'classic-level'])
      expect(purls).toContainEqual(expect.stringMatching(`^pkg:npm/${name}@`));
    expect(purls).toContain('pkg:github/google/leveldb@1.20');
    // Nothing that only builds or checks.
    for (const name of ['esbuild', 'typescript', 'cdktf', 'jest', 'tsx'])
      expect(purls).not.toContainEqual(expect.stringMatching(`^pkg:npm/${name}@`));
    const ofNpm = components.filter(({ purl }) => purl.startsWith('pkg:npm/'));
    expect(ofNpm.filter(({ hashes = [] }) => hashes.length === 0)).toEqual([]);
  });
});
