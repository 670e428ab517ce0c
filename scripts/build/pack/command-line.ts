import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { create } from 'tar';
import { engines, license, version } from '../../../package.json';
import { repositoryRoot } from '../functions';
import { repository } from './run';
import { writeSbom } from './sbom';
import { NOTICES_FILE, noticesText, packagesIn } from './third-party';

interface CliBundle extends Pick<Metafile, 'outputs'> {
  readonly files: Readonly<Record<string, string>>;
  readonly pageOutputs: Metafile['outputs'];
}

const { bundleCli } = require('../cli-bundle.cjs') as {
  bundleCli(leaveOut: (specifier: string) => string, levelFolder: string): Promise<CliBundle>;
};

/** The compiled part of the store, for the systems that it is made for. */
const NATIVE = ['linux-x64', 'linux-arm64', 'darwin-x64+arm64', 'win32-x64'];
/** What starts the bundle: at the same places as in the checkout, so that each finds package.json alike. */
const STARTERS = ['check-surroundings.cjs', 'bundle-loader.cjs', 'mapped-stacks.cjs', 'packed-warmpath.cjs'];
/** Archives keep times; all of them the same one, so that equal sources make equal packages. */
const TIME = new Date('2000-01-01T00:00:00Z');

/** `bundleDigest` tells compiled code of this bundle from that of any other one. */
function manifest({ files }: CliBundle): object {
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  return {
    name: 'warmpath',
    version,
    description: 'Warms CloudFront edges, and reviews, builds and rolls out what ECS on EC2 runs.',
    license,
    ...repository(),
    type: 'commonjs',
    engines,
    bin: { warmpath: 'scripts/cli/packed-warmpath.cjs' },
    bundleDigest: digest.slice(0, 16),
  };
}

/**
 * Writes `warmpath-<version>.tgz`, the command line tool and the service as a package without dependencies, beside it what is inside
 * as CycloneDX, and returns the path of the package.
 * @param outFolder made where it is missing
 */
export async function packCommandLine(outFolder: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-pack-'));
  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  try {
    const bundle = await bundleCli(
      (specifier) => specifier,
      "require('node:path').join(__dirname, '..', 'native')",
    );
    for (const [name, code] of Object.entries(bundle.files)) write(join('bundle', name), code);
    write('package.json', `${JSON.stringify(manifest(bundle), null, 2)}\n`);
    const packages = packagesIn({ ...bundle.outputs, ...bundle.pageOutputs });
    write(NOTICES_FILE, noticesText(packages));
    write(
      'README.md',
      readFileSync(join(__dirname, 'command-line.md'), 'utf8').replaceAll('VERSION', version),
    );
    copyFileSync(join(repositoryRoot, 'LICENSE'), join(folder, 'LICENSE'));
    mkdirSync(join(folder, 'scripts', 'cli'), { recursive: true });
    for (const name of STARTERS)
      copyFileSync(join(repositoryRoot, 'scripts', 'cli', name), join(folder, 'scripts', 'cli', name));
    chmodSync(join(folder, 'scripts', 'cli', 'packed-warmpath.cjs'), 0o755);
    const prebuilds = join(dirname(require.resolve('classic-level/package.json')), 'prebuilds');
    for (const system of NATIVE)
      cpSync(join(prebuilds, system), join(folder, 'native', 'prebuilds', system), { recursive: true });
    mkdirSync(outFolder, { recursive: true });
    writeSbom(outFolder, 'warmpath', packages);
    const file = join(outFolder, `warmpath-${version}.tgz`);
    await create(
      { gzip: { level: 9 }, file, cwd: folder, prefix: 'package', portable: true, mtime: TIME },
      readdirSync(folder).sort(),
    );
    return file;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
