/** Digests of real builds: the truth about an image, and what a build from the cache comes to. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageDefinition } from '../../../../scripts/cli/image/files/images-file';
import { formatPlatform } from '../../../../scripts/cli/image/key/platforms';

const run = promisify(execFile);

export interface Builder {
  /** Environment in which `buildx` speaks to the engine. */
  readonly env: NodeJS.ProcessEnv;
  readonly buildx: readonly [program: string, ...args: string[]];
  /** References that the engine knows, by the base's name in Dockerfiles. */
  readonly bases: Readonly<Record<string, string>>;
}

const EPOCH = '315532800';

/** Digest of the image with all timestamps fixed, built without cache; `undefined` where the build fails. */
export function contentDigest(image: ImageDefinition, builder: Builder): Promise<string | undefined> {
  const env = { ...builder.env, SOURCE_DATE_EPOCH: EPOCH };
  return digestOfBuild(image, { ...builder, env }, ['--no-cache'], 'rewrite-timestamp=true');
}

/** Digest of the image as a plain build from the builder's cache makes it. */
export function cachedDigest(image: ImageDefinition, builder: Builder): Promise<string | undefined> {
  return digestOfBuild(image, builder, [], 'rewrite-timestamp=false');
}

async function digestOfBuild(
  image: ImageDefinition,
  builder: Builder,
  flags: readonly string[],
  timestamps: string,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-truth-'));
  const metadata = join(folder, 'metadata.json');
  const output = `type=oci,${timestamps},dest=${join(folder, 'image.tar')}`;
  try {
    await buildx(image, builder, [
      ...[...flags, '--pull', '--provenance=false', '--sbom=false', '--network=none'],
      ...['--progress=quiet', '--metadata-file', metadata, '--output', output],
    ]);
    const digest: unknown = JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    return typeof digest === 'string' ? digest : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `buildx build` on an image as it is defined; returns what it prints, throws where it fails. */
export async function buildx(
  image: ImageDefinition,
  { env, bases, buildx: [program, ...args] }: Builder,
  flags: readonly string[],
): Promise<string> {
  const { stdout } = await run(
    program,
    [
      ...[...args, 'build', ...flags],
      ...['--file', image.dockerfile, '--platform', image.platforms.map(formatPlatform).join(',')],
      ...(image.target === undefined ? [] : ['--target', image.target]),
      // Whether times are fixed is for each kind of digest to say.
      ...[...image.args]
        .filter(([name]) => name !== 'SOURCE_DATE_EPOCH')
        .flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...[...image.contexts].flatMap(([name, value]) => [
        '--build-context',
        `${name}=${resolved(value, bases)}`,
      ]),
      ...Object.entries(bases)
        .filter(([name]) => !image.contexts.has(name))
        .flatMap(([name, reference]) => ['--build-context', `${name}=docker-image://${reference}`]),
      image.context,
    ],
    { env, maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}

function resolved(context: string, bases: Readonly<Record<string, string>>): string {
  const name = /^docker-image:\/\/(.+)$/.exec(context)?.[1];
  const reference = name === undefined ? undefined : bases[name];
  return reference === undefined ? context : `docker-image://${reference}`;
}
