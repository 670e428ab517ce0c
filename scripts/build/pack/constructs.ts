import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { version } from '../../../package.json';
import { bundleNames } from '../bundles';
import { bundle, repositoryRoot } from '../functions';
import { repository, run } from './run';
import { writeSbom } from './sbom';
import { NOTICES_FILE, noticesText, packagesInAll } from './third-party';

/** A library of constructs that a package is built for. */
interface Library {
  readonly packageName: string;
  readonly library: string;
  readonly provider: string;
  readonly peers: Readonly<Record<string, string>>;
}

/** CDKTF, and the fork of it that goes on since CDKTF was archived. */
const LIBRARIES: readonly Library[] = [
  {
    packageName: 'warmpath-constructs',
    library: 'cdktf',
    provider: '@cdktf/provider-aws',
    peers: { '@cdktf/provider-aws': '^21.22.0', cdktf: '^0.21.0', constructs: '^10.4.2' },
  },
  {
    packageName: 'warmpath-constructs-cdktn',
    library: 'cdktn',
    provider: '@cdktn/provider-aws',
    peers: { '@cdktn/provider-aws': '>=24.1.0', cdktn: '>=0.23.0', constructs: '^10.4.2' },
  },
];

/** Packs the constructs as npm packages: JavaScript, types, the programs of the functions, and the boot program. */
export async function packConstructs(folder: string): Promise<void> {
  const types = mkdtempSync(join(tmpdir(), 'warmpath-types-'));
  try {
    writeTypes(types);
    for (const library of LIBRARIES) await packFor(library, { folder, types });
  } finally {
    rmSync(types, { recursive: true, force: true });
  }
}

interface Destination {
  readonly folder: string;
  /** Folder of the declarations, for CDKTF. */
  readonly types: string;
}

async function packFor(target: Library, { folder, types }: Destination): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-constructs-'));
  try {
    const { metafile } = await build({
      absWorkingDir: repositoryRoot,
      entryPoints: ['modules/constructs.ts'],
      outfile: join(root, 'index.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      keepNames: true,
      external: ['constructs', target.library, `${target.provider}/*`],
      alias: { cdktf: target.library, '@cdktf/provider-aws': target.provider },
      plugins: [packedPrograms],
      metafile: true,
      logLevel: 'error',
    });
    const programs = layPrograms(root);
    cpSync(
      join(repositoryRoot, 'modules/ai-shell-ecs/boot/prepull/warmpath-prepull.sh'),
      join(root, 'prepull/warmpath-prepull.sh'),
    );
    copyTypes(types, join(root, 'types'), target);
    for (const file of ['LICENSE', 'CHANGELOG.md', 'UPGRADE.md'])
      cpSync(join(repositoryRoot, file), join(root, file));
    cpSync(join(repositoryRoot, 'modules/README.md'), join(root, 'README.md'));
    writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest(target), null, 2)}\n`);
    const packages = packagesInAll([metafile, ...programs]);
    writeFileSync(join(root, NOTICES_FILE), noticesText(packages));
    writeSbom(folder, target.packageName, packages);
    run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function manifest({ packageName, peers }: Library): object {
  return {
    name: packageName,
    version,
    description:
      'Constructs of Warmpath: ECS on EC2 without the wait for an image, CloudFront edges warmed in advance.',
    license: 'Apache-2.0',
    ...repository(),
    main: 'index.js',
    types: 'types/modules/constructs.d.ts',
    exports: {
      '.': { types: './types/modules/constructs.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    files: ['index.js', 'types', 'programs', 'prepull', 'CHANGELOG.md', 'UPGRADE.md', NOTICES_FILE],
    engines: { node: '>=20.9.0' },
    peerDependencies: peers,
  };
}

/** In the package the programs are there already: nothing is bundled at synthesis. */
const packedPrograms: Plugin = {
  name: 'packed-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /scripts\/build\/functions$/ }, () => ({ path: 'programs', namespace: 'packed' }));
    onLoad({ filter: /.*/, namespace: 'packed' }, () => ({
      contents: `
        const { join } = require('node:path');
        const sums = require(join(__dirname, 'programs', 'sha256.json'));
        exports.repositoryRoot = __dirname;
        exports.bundle = (name) => ({
          name,
          codePath: join(__dirname, 'programs', name, 'index.js'),
          zipPath: join(__dirname, 'programs', name, 'function.zip'),
          sha256: sums[name],
        });
      `,
      resolveDir: repositoryRoot,
    }));
  },
};

/** Returns what esbuild says of each program. */
function layPrograms(root: string): readonly Metafile[] {
  const sums: Record<string, string> = {};
  const metafiles: Metafile[] = [];
  for (const name of bundleNames) {
    const { codePath, zipPath, sha256, metafile } = bundle(name);
    const target = join(root, 'programs', name);
    mkdirSync(target, { recursive: true });
    cpSync(codePath, join(target, 'index.js'));
    cpSync(zipPath, join(target, 'function.zip'));
    sums[name] = sha256;
    metafiles.push(metafile);
  }
  writeFileSync(join(root, 'programs', 'sha256.json'), `${JSON.stringify(sums, null, 2)}\n`);
  return metafiles;
}

function writeTypes(folder: string): void {
  run(
    process.execPath,
    [require.resolve('typescript/bin/tsc'), '--project', 'tsconfig.types.json', '--outDir', folder],
    { cwd: repositoryRoot },
  );
}

/** The environment that a function reads is its own affair; its declaration would ask for the libraries that read it. */
const SETTINGS_TYPES = `export type Environments = Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
export type ImageDigestSettings = Readonly<Record<string, string | undefined>>;
export type TaskStartMetricsSettings = Readonly<Record<string, string | undefined>>;
`;

function copyTypes(from: string, to: string, { library, provider }: Library): void {
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const text = /^lambdas\/.*settings\.d\.ts$/.test(path)
      ? SETTINGS_TYPES
      : readFileSync(join(from, path), 'utf8');
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(
      join(to, path),
      text
        .replaceAll(/(["'])@cdktf\/provider-aws/g, `$1${provider}`)
        .replaceAll(/(["'])cdktf\1/g, `$1${library}$1`),
    );
  }
}
