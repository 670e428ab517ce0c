/** The truth about a build: the digest of its image with all timestamps fixed, built without cache. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImageDefinition } from '../../../../scripts/cli/image/files/images-file';
import { formatPlatform } from '../../../../scripts/cli/image/key/platforms';

const run = promisify(execFile);

export interface Builder {
  /** Environment in which `docker buildx` speaks to the engine. */
  readonly env: NodeJS.ProcessEnv;
  /** References that the engine knows, by the base's name in Dockerfiles. */
  readonly bases: Readonly<Record<string, string>>;
}

const EPOCH = '315532800';

/** Builds and returns the digest; `undefined` where the build fails. */
export async function contentDigest(
  image: ImageDefinition,
  { env, bases }: Builder,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-truth-'));
  const metadata = join(folder, 'metadata.json');
  try {
    await run(
      'docker',
      [
        ...[
          'buildx',
          'build',
          '--no-cache',
          '--pull',
          '--provenance=false',
          '--sbom=false',
          '--network=none',
        ],
        ...['--progress=quiet', '--metadata-file', metadata],
        ...['--output', `type=oci,rewrite-timestamp=true,dest=${join(folder, 'image.tar')}`],
        ...['--file', image.dockerfile, '--platform', image.platforms.map(formatPlatform).join(',')],
        ...(image.target === undefined ? [] : ['--target', image.target]),
        ...[...image.args].flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
        ...[...image.contexts].flatMap(([name, value]) => [
          '--build-context',
          `${name}=${resolved(value, bases)}`,
        ]),
        ...Object.entries(bases)
          .filter(([name]) => !image.contexts.has(name))
          .flatMap(([name, reference]) => ['--build-context', `${name}=docker-image://${reference}`]),
        image.context,
      ],
      { env: { ...env, SOURCE_DATE_EPOCH: EPOCH }, maxBuffer: 64 * 1024 * 1024 },
    );
    const digest: unknown = JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    return typeof digest === 'string' ? digest : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resolved(context: string, bases: Readonly<Record<string, string>>): string {
  const name = /^docker-image:\/\/(.+)$/.exec(context)?.[1];
  const reference = name === undefined ? undefined : bases[name];
  return reference === undefined ? context : `docker-image://${reference}`;
}
