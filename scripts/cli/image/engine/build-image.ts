/** Builds one planned image with buildx, each base pinned to the digest that its key was made with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { ContentHashes } from '../context/content-hashes';
import { readIfThere } from '../files/atomic-file';
import type { ImageDefinition } from '../files/images-file';
import { needKey } from '../key/base-image';
import { ignoreFileOf, releasePaths } from '../key/build-contexts';
import { imageKey, type PinnedBase } from '../key/image-key';
import { formatPlatform } from '../key/platforms';
import type { PlannedImage } from '../plan/plan-image';
import type { LocalBlob } from '../registry/content';
import type { ClientConfiguration } from '../registry/docker-config';
import { familiarName, parseReference } from '../registry/reference';
import { argumentFlags, hiddenArguments } from './build-arguments';
import { BuildProgress, type BuildStep } from './build-progress';
import { type BuiltAt, forgetBuild, layoutFolder, noteBuild } from './built-image';
import { docker, EngineError } from './docker-process';
import { readLayout } from './oci-layout';

export interface BuiltImage {
  readonly key: string;
  readonly at: BuiltAt;
  readonly steps: readonly BuildStep[];
  readonly layers: readonly LocalBlob[];
  readonly warnings: readonly string[];
}

/** The context changed while it was built: what was built belongs to no key. */
export class ContextChanged extends WarmpathError {
  override readonly name = 'ContextChanged';
}

const NO_EXPORTER =
  /exporter is not supported for the docker driver|exporter "?oci"? (?:could not be found|is not supported)/i;
const NO_CACHE_EXPORT = /cache export is not supported for the docker driver/i;

export interface BuildOptions {
  /** Folder of `images.json`. */
  readonly folder: string;
  readonly client: ClientConfiguration;
  /** Stages whose steps are run again whatever the cache says; `all` where one of them has no name. */
  readonly withoutCache: readonly string[] | 'all';
}

/** @throws {EngineError} where the build fails; {ContextChanged}; {WarmpathError} over budget */
export async function buildImage(planned: PlannedImage, options: BuildOptions): Promise<BuiltImage> {
  const { image, key } = planned;
  forgetBuild(options.folder, image.name);
  const layout = layoutFolder(options.folder, image.name, key.key);
  const warnings: string[] = [];
  const cache = image.cache === undefined ? [] : [image.cache];
  options.client.logInTo([image.repository, ...cache, ...key.bases.map(({ reference }) => reference)]);
  const progress = await attempts(planned, options, layout, warnings);
  const at = progress.plain ? { engineTag: `warmpath-build/${image.name}:${key.tag}` } : { layout };
  await refuseChanged(planned);
  await refuseOverBudget(image, at, options.client.env);
  noteBuild(options.folder, image.name, key.key, at);
  const layers = 'layout' in at ? distinctLayers(layout) : [];
  return { key: key.key, at, steps: progress.steps, layers, warnings };
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
  using source = dockerfileForBuild(planned.image);
  for (;;) {
    const progress = new BuildProgress();
    try {
      const output = { layout: plain ? undefined : layout, exportCache };
      await docker(buildArguments(planned, options, source.file, output), {
        env: buildEnvironment(planned.image, options.client.env),
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

/** The file to build from, and its removal where it is a copy. */
interface DockerfileForBuild extends Disposable {
  readonly file: string;
}

/**
 * Where the context has files that a release writes, a copy of the Dockerfile whose ignore file leaves them out: BuildKit takes
 * the one beside it. Neither the name nor the place of a Dockerfile gets into the image.
 */
function dockerfileForBuild(image: ImageDefinition): DockerfileForBuild {
  const left = releasePaths(image.context, image.folder);
  if (left.length === 0) return { file: image.dockerfile, [Symbol.dispose]: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-dockerfile-'));
  const file = join(folder, basename(image.dockerfile));
  const patterns = left.map((path) => path.replace(/[*?[\]\\!#]/g, '\\$&'));
  writeFileSync(file, readFileSync(image.dockerfile));
  writeFileSync(`${file}.dockerignore`, [readIfThere(ignoreFileOf(image)) ?? '', ...patterns, ''].join('\n'));
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The caller's environment without what would get into the image: buildx makes labels of the commit, and takes a time from it. */
function buildEnvironment(image: ImageDefinition, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { BUILDX_GIT_LABELS: _labels, SOURCE_DATE_EPOCH: _time, ...others } = env;
  return { ...others, ...hiddenArguments(image), BUILDX_NO_DEFAULT_ATTESTATIONS: '1' };
}

interface Output {
  readonly layout: string | undefined;
  readonly exportCache: boolean;
}

function buildArguments(
  { image, key }: PlannedImage,
  { withoutCache }: BuildOptions,
  dockerfile: string,
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
    ...['--file', dockerfile, '--platform', image.platforms.map(formatPlatform).join(',')],
    ...(image.target === undefined ? [] : ['--target', image.target]),
    ...argumentFlags(image),
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

/** @throws {WarmpathError} where what one machine downloads of the image is more than its budget */
export async function refuseOverBudget(
  { name, budgetBytes }: ImageDefinition,
  at: BuiltAt,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (budgetBytes === undefined) return;
  const bytes = 'layout' in at ? largestBytes(at.layout) : await unpackedBytes(at.engineTag, env);
  if (bytes <= budgetBytes) return;
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
