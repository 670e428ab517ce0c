import type * as z from 'zod';
import { formatBytes } from '../../terminal/units';
import { docker, EngineError } from '../engine/docker-process';
import { engineSocket } from '../engine/engine-socket';
import { type EngineImage, engineUsage } from '../engine/engine-usage';
import { pinnedDigests } from '../files/pinned-digests';
import type { pruneJson } from '../output/json-results';
import { openOnline, type ProjectOptions } from '../project';
import { pruneRegistry } from '../registry/prune-ecr';
import { parseReference, repositoryOf } from '../registry/reference';

export interface PruneOptions extends ProjectOptions {
  /** False = tells what would go. */
  readonly yes: boolean;
  /** Build cache that stays. */
  readonly keepBytes: number;
  /** ECR repositories instead of this machine. */
  readonly ecr: boolean;
  /** ECS clusters whose tasks are in use; empty = every cluster of the region. */
  readonly clusters: readonly string[];
  /** With `ecr`: revisions of a task definition that stay, besides those in use; `undefined` = all. */
  readonly keepRevisions?: number | undefined;
}

type Pruned = Pick<z.infer<typeof pruneJson>, 'removed' | 'kept'>;

/** Removes images and build cache that nobody runs or may roll back to. Returns the exit code. */
export async function prune(options: PruneOptions): Promise<number> {
  const project = openOnline(options);
  const pinned = pinnedDigests(project.folder);
  const { removed, kept } = options.ecr
    ? await pruneRegistry(project.images, pinned, options)
    : await pruneEngine(
        project.images.map(({ repository }) => repository),
        pinned,
        options,
      );
  if (options.json) {
    const result: z.infer<typeof pruneJson> = {
      schemaVersion: 1,
      command: 'prune',
      dryRun: !options.yes,
      removed,
      kept,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  }
  const verb = options.yes ? 'removed' : 'would remove';
  for (const { what, id, sizeBytes } of removed)
    process.stdout.write(`${verb}  ${what}  ${id}  ${formatBytes(sizeBytes)}\n`);
  for (const { id, because } of kept) process.stdout.write(`kept  ${id}  ${because}\n`);
  const bytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  process.stdout.write(
    `${verb} ${removed.length}, ${formatBytes(bytes)}${options.yes ? '' : '; --yes removes them'}\n`,
  );
  return 0;
}

/**
 * Never through `docker image prune` or `until=`: those take images that were pulled by digest, and images with fixed
 * times look old. Each image is judged by itself.
 */
async function pruneEngine(
  repositories: readonly string[],
  pinned: ReadonlySet<string>,
  options: PruneOptions,
): Promise<Pruned> {
  const socket = engineSocket();
  const usage = await engineUsage(socket);
  const ours = new Set(
    repositories.flatMap((repository) => {
      const reference = parseReference(repository);
      return reference ? [repositoryOf(reference)] : [];
    }),
  );
  const removed: Pruned['removed'] = [];
  const kept: Pruned['kept'] = [];
  for (const image of usage.images) {
    const because = whyKept(image, usage.inContainers, pinned, ours);
    if (because !== undefined) {
      if (because !== NOT_OURS) kept.push({ id: nameOf(image), because });
      continue;
    }
    const refused = options.yes ? await removeImage(image) : undefined;
    if (refused !== undefined) {
      kept.push({ id: nameOf(image), because: refused });
      continue;
    }
    removed.push({ what: 'image', id: nameOf(image), sizeBytes: image.sizeBytes });
  }
  const excessBytes = usage.cacheBytes - options.keepBytes;
  if (excessBytes > 0) {
    if (options.yes) await pruneCache(options.keepBytes);
    removed.push({ what: 'cache', id: 'build cache', sizeBytes: excessBytes });
  }
  return { removed, kept };
}

/** Why the engine refused, such as a container that has just been made from it. */
async function removeImage({ id, tags, digests }: EngineImage): Promise<string | undefined> {
  const names = tags.length > 0 ? tags : digests.length > 0 ? digests : [id];
  try {
    await docker(['image', 'rm', ...names], { env: process.env });
    return undefined;
  } catch (error) {
    // Without any output it was not the engine that refused.
    if (error instanceof EngineError && error.output !== '') return error.message;
    throw error;
  }
}

const NOT_OURS = 'not an image of this project';

function whyKept(
  image: EngineImage,
  inContainers: ReadonlySet<string>,
  pinned: ReadonlySet<string>,
  ours: ReadonlySet<string>,
): string | undefined {
  const names = [image.id, ...image.tags, ...image.digests];
  if (names.some((name) => inContainers.has(name))) return 'a container has it';
  const digests = [image.id, ...image.digests.map((name) => name.split('@')[1] ?? '')];
  if (digests.some((digest) => pinned.has(digest))) return 'in the lock, or in one of its last versions';
  // Without a tag, and not pulled by digest: what a build left when its tag moved on.
  if (image.tags.length === 0 && image.digests.length === 0) return undefined;
  const tagged = image.tags.map((tag) => parseReference(tag));
  if (tagged.some((reference) => reference?.tag !== undefined && pinned.has(reference.tag)))
    return 'in the lock, or in one of its last versions';
  function isOurs(name: string) {
    const reference = parseReference(name);
    return (
      (reference !== undefined && ours.has(repositoryOf(reference))) || name.startsWith('warmpath-build/')
    );
  }
  return [...image.tags, ...image.digests].every(isOurs) ? undefined : NOT_OURS;
}

function nameOf({ id, tags, digests }: EngineImage): string {
  return tags[0] ?? digests[0] ?? id;
}

/** The flag's name changed with buildx 0.17. */
async function pruneCache(keepBytes: number): Promise<void> {
  const help = await docker(['buildx', 'prune', '--help'], { env: process.env });
  const flag = help.includes('--max-used-space') ? '--max-used-space' : '--keep-storage';
  await docker(['buildx', 'prune', '--force', flag, String(keepBytes)], { env: process.env });
}
