/**
 * Bundles the programs of `bundles.ts` into `dist/functions/<name>/`: index.js, its esbuild metafile and one reproducible
 * zip. `npm run build` does all of them; synthesis asks for each one it needs, and rebuilds only what is stale.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, version as esbuildVersion, type Metafile } from 'esbuild';
import { zipSync } from 'fflate';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import { type BundleName, type BundleSpec, bundleNames, bundles } from './bundles';

export const repositoryRoot = join(__dirname, '..', '..');

/** One bundled program on disk. */
export interface Bundle {
  readonly name: string;
  /** The minified CommonJS program. */
  readonly codePath: string;
  readonly codeBytes: number;
  /** The same program as a zip with one entry, `index.js`. */
  readonly zipPath: string;
  /** SHA-256 of the program as lower-case hex; equal on every machine for equal sources. */
  readonly sha256: string;
  /** What went into it, as esbuild tells it. */
  readonly metafile: Metafile;
}

export class BundleError extends WarmpathError {
  override readonly name = 'BundleError';

  constructor(message: string, options?: ErrorOptions) {
    super('BUNDLE_FAILED', message, options);
  }
}

interface BuildRecord {
  readonly key: string;
  readonly sha256: string;
  readonly codeBytes: number;
  readonly metafile: Metafile;
}

/** Bundles known to be fresh in this process; sources do not change while one synthesis runs. */
const fresh = new Map<string, Bundle>();

/**
 * Returns the bundle, building it first when it is missing or stale.
 * @throws BundleError when the entry file is missing or does not compile
 */
export function bundle(name: BundleName): Bundle {
  const known = fresh.get(name);
  if (known) return known;
  const built = bundleProgram(name, bundles[name], join(repositoryRoot, 'dist', 'functions'));
  fresh.set(name, built);
  return built;
}

/** As `bundle`, for any entry and any output folder. */
export function bundleProgram(name: string, spec: BundleSpec, distFolder: string): Bundle {
  const folder = join(distFolder, name);
  const record = readRecord(folder);
  if (record && record.key === keyOf(spec, record.metafile)) return describe(name, folder, record);
  const built = build(name, spec);
  publish(folder, built);
  return describe(name, folder, built.record);
}

function describe(name: string, folder: string, record: BuildRecord): Bundle {
  return {
    name,
    codePath: join(folder, 'index.js'),
    codeBytes: record.codeBytes,
    zipPath: join(folder, 'function.zip'),
    sha256: record.sha256,
    metafile: record.metafile,
  };
}

function build(name: string, spec: BundleSpec): { code: Uint8Array; record: BuildRecord } {
  if (!existsSync(join(repositoryRoot, spec.entry)))
    throw new BundleError(
      `bundle ${name}: entry ${spec.entry} does not exist; correct scripts/build/bundles.ts`,
    );
  try {
    const result = buildSync({
      absWorkingDir: repositoryRoot,
      entryPoints: [spec.entry],
      outfile: 'index.js',
      write: false,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      // `module` first: esbuild drops what is unused from ES modules, but not from CommonJS.
      mainFields: ['module', 'main'],
      // Its parser alone: the index brings a DOM and what writes one, 95 KB that esbuild cannot tell to be unused.
      alias: { htmlparser2: './node_modules/htmlparser2/dist/esm/Parser.js' },
      metafile: true,
      // The names that minification chooses depend on paths: inside the checkout they are the same everywhere.
      preserveSymlinks: true,
      legalComments: 'none',
      logLevel: 'silent',
      charset: 'utf8',
    });
    const code = result.outputFiles[0]?.contents;
    if (!code) throw new BundleError(`bundle ${name}: esbuild wrote nothing for ${spec.entry}`);
    const record = {
      key: keyOf(spec, result.metafile),
      sha256: createHash('sha256').update(code).digest('hex'),
      codeBytes: code.length,
      metafile: result.metafile,
    };
    return { code, record };
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    throw new BundleError(`bundle ${name}: ${spec.entry} does not compile: ${messageOf(cause)}`, { cause });
  }
}

/** Puts the folder in place in one step, so that a process that builds at the same time never reads half of it. */
function publish(folder: string, built: { code: Uint8Array; record: BuildRecord }): void {
  mkdirSync(join(folder, '..'), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  writeFileSync(join(temporary, 'index.js'), built.code);
  writeFileSync(join(temporary, 'function.zip'), zipOf(built.code));
  writeFileSync(join(temporary, 'build.json'), JSON.stringify(built.record));
  try {
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } catch (error) {
    // Another process published the same content in between.
    rmSync(temporary, { recursive: true, force: true });
    if (readRecord(folder)?.sha256 !== built.record.sha256) throw error;
  }
}

/** A zip keeps times in local time without a zone: the first moment it can express, in local time, is equal bytes anywhere. */
function zipOf(code: Uint8Array): Uint8Array {
  return zipSync({ 'index.js': code }, { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 });
}

/** Own sources by content; everything from npm through the lockfile, which decides it. */
function keyOf(spec: BundleSpec, metafile: Metafile): string {
  const hash = createHash('sha256').update(`${esbuildVersion}\0${spec.entry}\0`);
  const own = Object.keys(metafile.inputs).filter((input) => !input.includes('node_modules/'));
  for (const file of [
    spec.entry,
    ...own.sort(),
    'scripts/build/functions.ts',
    'tsconfig.json',
    'package-lock.json',
  ]) {
    const path = join(repositoryRoot, file);
    hash
      .update(`${file}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  }
  return hash.digest('hex');
}

function readRecord(folder: string): BuildRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

if (require.main === module) {
  for (const name of bundleNames) {
    const { codeBytes, sha256 } = bundle(name);
    console.log(
      `${name.padEnd(20)} ${(codeBytes / 1024).toFixed(0).padStart(5)} KiB  ${sha256.slice(0, 12)}`,
    );
  }
}
