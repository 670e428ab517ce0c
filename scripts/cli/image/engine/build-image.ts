/** Builds one planned image with buildx, each base pinned to the digest that its key was made with. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { ContentHashes } from '../context/content-hashes';
import { readIfThere, writeAtomically } from '../files/atomic-file';
import type { ImageDefinition } from '../files/images-file';
import { imageKey, type PinnedBase } from '../key/image-key';
import { formatPlatform } from '../key/platforms';
import { needKey } from '../key/stages';
import type { PlannedImage } from '../plan/plan-image';
import type { LocalBlob } from '../registry/content';
import { familiarName, parseReference } from '../registry/reference';
import { BuildProgress, type BuildStep } from './build-progress';
import { docker, EngineError } from './docker-process';
import { readLayout } from './oci-layout';

export interface BuiltImage {
  readonly key: string;
  /** Folder with the image as an OCI layout, or the tag that it has in the engine where the driver cannot write one. */
  readonly at: { readonly layout: string } | { readonly engineTag: string };
  readonly steps: readonly BuildStep[];
  readonly layers: readonly LocalBlob[];
  readonly warnings: readonly string[];
}

/** The context changed while it was built: what was built belongs to no key. */
export class ContextChanged extends WarmpathError {
  override readonly name = 'ContextChanged';
}

/** Times of all files and of the image: 1980-01-01, which is also the earliest that a zip file can hold. */
const EPOCH_SECONDS = '315532800';
const NO_EXPORTER =
  /exporter is not supported for the docker driver|exporter "?oci"? (?:could not be found|is not supported)/i;
const NO_CACHE_EXPORT = /cache export is not supported for the docker driver/i;

export interface BuildOptions {
  /** Folder of `images.json`. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Stages whose steps are run again whatever the cache says; `all` where one of them has no name. */
  readonly withoutCache: readonly string[] | 'all';
}

/** @throws {EngineError} where the build fails; {ContextChanged}; {WarmpathError} over budget */
export async function buildImage(planned: PlannedImage, options: BuildOptions): Promise<BuiltImage> {
  const { image, key } = planned;
  const layout = layoutFolder(options.folder, image.name);
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(layout, { recursive: true });
  const warnings: string[] = [];
  const progress = await attempts(planned, options, layout, warnings);
  const engineTag = progress.plain ? `warmpath-build/${image.name}:${key.tag}` : undefined;
  await refuseChanged(planned);
  const layers = engineTag === undefined ? distinctLayers(layout) : [];
  refuseOverBudget(
    image,
    engineTag === undefined ? largestBytes(layout) : await unpackedBytes(engineTag, options.env),
  );
  writeAtomically(
    builtFile(options.folder, image.name),
    JSON.stringify({ key: key.key, engineTag: engineTag ?? null }),
  );
  return {
    key: key.key,
    at: engineTag === undefined ? { layout } : { engineTag },
    steps: progress.steps,
    layers,
    warnings,
  };
}

interface Attempt {
  readonly steps: readonly BuildStep[];
  /** The driver writes no layout: the image is in the engine, with the times of the build. */
  readonly plain: boolean;
}

async function attempts(
  planned: PlannedImage,
  options: BuildOptions,
  layout: string,
  warnings: string[],
): Promise<Attempt> {
  let plain = false;
  let exportCache = planned.image.cache !== undefined;
  for (;;) {
    const progress = new BuildProgress();
    try {
      const args = buildArguments(planned, options, { layout: plain ? undefined : layout, exportCache });
      await docker(args, {
        env: buildEnvironment(planned.image, options.env, plain),
        onLine: (line) => progress.line(line),
      });
      return { steps: progress.steps(), plain };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (!plain && NO_EXPORTER.test(error.output)) {
        plain = true;
        warnings.push(
          'this engine writes no image with fixed times: the digest changes with every build; use the containerd image store or a docker-container builder',
        );
      } else if (exportCache && NO_CACHE_EXPORT.test(error.output)) {
        exportCache = false;
        warnings.push(
          'this engine exports no build cache; use the containerd image store or a docker-container builder',
        );
      } else {
        throw new EngineError(
          `image ${planned.image.name}: the build failed\n${progress.failure() || error.message}`,
          error.output,
          error.stdout,
          { cause: error },
        );
      }
    }
  }
}

/** Values reach the build through its environment, so that no argument list shows them. */
function buildEnvironment(image: ImageDefinition, env: NodeJS.ProcessEnv, plain: boolean): NodeJS.ProcessEnv {
  return {
    ...env,
    ...Object.fromEntries(image.args),
    ...(image.reproducible && !plain && { SOURCE_DATE_EPOCH: EPOCH_SECONDS }),
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
  };
}

interface Output {
  readonly layout: string | undefined;
  readonly exportCache: boolean;
}

function buildArguments(
  { image, key }: PlannedImage,
  { withoutCache }: BuildOptions,
  { layout, exportCache }: Output,
): readonly string[] {
  const rewrite = image.reproducible ? ',rewrite-timestamp=true' : '';
  const output =
    layout === undefined
      ? ['--load', '--tag', `warmpath-build/${image.name}:${key.tag}`]
      : ['--output', `type=oci,tar=false,dest=${layout}${rewrite}`];
  const cacheTo = `type=registry,ref=${image.cache},mode=max,image-manifest=true,oci-mediatypes=true`;
  return [
    ...['buildx', 'build', '--progress=rawjson', '--provenance=false', '--sbom=false', ...output],
    ...['--file', image.dockerfile, '--platform', image.platforms.map(formatPlatform).join(',')],
    ...(image.target === undefined ? [] : ['--target', image.target]),
    ...[...image.args.keys()].flatMap((name) => ['--build-arg', name]),
    ...contextArguments(image, key.bases, key.baseImages),
    ...image.secrets.flatMap(({ id, src, env }) => [
      '--secret',
      src === undefined ? `id=${id},env=${env}` : `id=${id},src=${src}`,
    ]),
    ...image.ssh.flatMap((ssh) => ['--ssh', ssh]),
    ...(image.cache === undefined ? [] : ['--cache-from', `type=registry,ref=${image.cache}`]),
    ...(exportCache ? ['--cache-to', cacheTo] : []),
    ...(withoutCache === 'all'
      ? ['--no-cache']
      : withoutCache.flatMap((stage) => ['--no-cache-filter', stage])),
    image.context,
  ];
}

/** Named contexts as given, and one for each base that pins it; a tag that moves meanwhile does no harm. */
function contextArguments(
  image: ImageDefinition,
  bases: readonly PinnedBase[],
  looked: PlannedImage['key']['baseImages'],
): readonly string[] {
  const contexts = new Map(image.contexts);
  const platforms = new Map<string, Set<string>>();
  for (const { reference, platform } of bases) {
    platforms.set(reference, (platforms.get(reference) ?? new Set()).add(platform));
  }
  for (const base of bases) {
    const reference = parseReference(base.reference);
    if (!reference || reference.digest !== undefined) continue;
    const several = (platforms.get(base.reference)?.size ?? 0) > 1;
    const found = looked.get(needKey(base));
    const digest = several ? (found?.rootDigest ?? base.digest) : base.digest;
    const pinned = `docker-image://${base.reference}@${digest}`;
    const named = [...image.contexts].filter(([, value]) => value === `docker-image://${base.reference}`);
    for (const [name] of named) contexts.set(name, pinned);
    if (!contexts.has(familiarName(reference))) contexts.set(familiarName(reference), pinned);
  }
  return [...contexts].flatMap(([name, value]) => ['--build-context', `${name}=${value}`]);
}

async function refuseChanged({ image, key }: PlannedImage): Promise<void> {
  const again = await imageKey(image, {
    hashes: new ContentHashes(),
    resolveBase: async (need) => {
      const base = key.baseImages.get(needKey(need));
      if (base) return base;
      throw new ContextChanged(
        'CONFLICT',
        `image ${image.name}: the Dockerfile changed while it was built; run the command again`,
      );
    },
    now: key.computedAt,
  });
  if (again.key === key.key) return;
  throw new ContextChanged(
    'CONFLICT',
    `image ${image.name}: its files changed while it was built, so that nothing was tagged; run the command again`,
  );
}

function refuseOverBudget({ name, budgetBytes }: ImageDefinition, bytes: number): void {
  if (budgetBytes === undefined || bytes <= budgetBytes) return;
  throw new WarmpathError(
    'OVER_BUDGET',
    `image ${name}: got ${bytes} bytes of layers; allowed: ${budgetBytes} (budgetBytes); make it smaller or raise the budget`,
  );
}

/** Size in the engine: the classic image store does not know what a download takes, which is less. */
async function unpackedBytes(tag: string, env: NodeJS.ProcessEnv): Promise<number> {
  return Number((await docker(['image', 'inspect', '--format', '{{.Size}}', tag], { env })).trim());
}

/** What the largest of the platforms downloads. */
function largestBytes(layout: string): number {
  return Math.max(
    0,
    ...readLayout(layout).layers.map((own) => own.reduce((sum, layer) => sum + layer.sizeBytes, 0)),
  );
}

function distinctLayers(layout: string): readonly LocalBlob[] {
  return [
    ...new Map(
      readLayout(layout)
        .layers.flat()
        .map((layer) => [layer.digest, layer]),
    ).values(),
  ];
}

export function layoutFolder(folder: string, name: string): string {
  return join(folder, '.warmpath', 'built', name);
}

function builtFile(folder: string, name: string): string {
  return join(folder, '.warmpath', 'built', `${name}.json`);
}

/** What an earlier `build` left for this key; `undefined` where there is nothing. */
export function earlierBuild(folder: string, name: string, key: string): BuiltImage['at'] | undefined {
  const text = readIfThere(builtFile(folder, name));
  if (text === undefined) return undefined;
  try {
    const built: unknown = JSON.parse(text);
    if (typeof built !== 'object' || built === null || !('key' in built) || built.key !== key)
      return undefined;
    if ('engineTag' in built && typeof built.engineTag === 'string') return { engineTag: built.engineTag };
    readFileSync(join(layoutFolder(folder, name), 'index.json'));
    return { layout: layoutFolder(folder, name) };
  } catch {
    return undefined;
  }
}

/** Removes what a build left, once it is in the registry. */
export function forgetBuild(folder: string, name: string): void {
  rmSync(builtFile(folder, name), { force: true });
  rmSync(layoutFolder(folder, name), { recursive: true, force: true });
}
