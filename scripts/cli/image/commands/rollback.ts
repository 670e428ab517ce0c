import type { LockedImage } from '../../../../lambdas/locks/images-lock';
import { BadInput } from '../../bad-input';
import type { ImageDefinition } from '../files/images-file';
import { LOCK_FILE, parseLock, writeLockEntry } from '../files/images-lock';
import { fileAt, fileHistory, resolveCommit } from '../git';
import { formatPlatform } from '../key/platforms';
import { type OnlineProject, openOnline, type ProjectOptions } from '../project';
import { describePinned } from '../release/pin-image';
import { repositoryOfImage } from '../release/push-image';
import { report } from './push';

export interface RollbackOptions extends ProjectOptions {
  /** Tag, key, digest or commit. */
  readonly to: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const KEY = /^(?:[0-9a-f]{64}|[0-9a-f]{32})$/;
const HISTORY = 1_000;

/** Pins an earlier image again, once the registry has confirmed its digest. Returns the exit code. */
export async function rollback(options: RollbackOptions): Promise<number> {
  const project = openOnline(options);
  const [image] = project.images;
  if (!image || project.images.length > 1) {
    throw new BadInput('rollback: got several images; allowed: one; name it');
  }
  const entry = await earlierEntry(project, image, options.to);
  const previousDigest = project.lock[image.name]?.digest ?? null;
  writeLockEntry(project.folder, image.name, entry);
  const outcome = previousDigest === entry.digest ? 'unchanged' : 'pinned';
  const { key, tag, digest } = entry;
  report(
    'rollback',
    [{ name: image.name, outcome, key, tag, digest, previousDigest, warnings: [] }],
    options.json,
  );
  return 0;
}

async function earlierEntry(
  project: OnlineProject,
  image: ImageDefinition,
  to: string,
): Promise<LockedImage> {
  if (DIGEST.test(to)) return await entryOf(project, image, to, undefined);
  const repository = repositoryOfImage(image);
  const tag = KEY.test(to) ? `k-${to.slice(0, 32)}` : to;
  const isTag = /^\w[\w.-]{0,127}$/.test(tag);
  const digest = isTag ? await project.registry.digest(repository, tag) : undefined;
  if (digest !== undefined) return await entryOf(project, image, digest, tag);
  const commit = resolveCommit(project.folder, to);
  const text = commit === undefined ? undefined : fileAt(project.folder, commit, LOCK_FILE);
  if (text === undefined) {
    throw new BadInput(
      `--to: got ${JSON.stringify(to)}; allowed: a tag or key in ${image.repository}, a digest, or a commit that has ${LOCK_FILE}`,
    );
  }
  const then = parseLock(text, `${LOCK_FILE} of ${commit}`)[image.name];
  if (!then)
    throw new BadInput(`--to: ${LOCK_FILE} of ${commit} has no image ${image.name}; choose another commit`);
  return await entryOf(project, image, then.digest, then.tag);
}

/** The entry that the lock once had for a digest, or what the registry tells of it. */
async function entryOf(
  project: OnlineProject,
  image: ImageDefinition,
  digest: string,
  tag: string | undefined,
): Promise<LockedImage> {
  const described = await describePinned(
    project.registry,
    repositoryOfImage(image),
    digest,
    image.platforms.map(formatPlatform),
  );
  const earlier = [project.lock, ...historyOf(project.folder)]
    .map((lock) => lock[image.name])
    .find((entry) => entry?.digest === digest && entry.repo === image.repository);
  if (earlier) return { ...earlier, ...described };
  return {
    ...described,
    repo: image.repository,
    key: '',
    tag: tag ?? '',
    builtAt: project.now().toISOString(),
    commit: 'unknown',
  };
}

function historyOf(folder: string) {
  return fileHistory(folder, LOCK_FILE, HISTORY).flatMap(({ commit, text }) => {
    try {
      return [parseLock(text, commit)];
    } catch {
      // A version that was never valid is none to go back to.
      return [];
    }
  });
}
