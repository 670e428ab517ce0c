/** Digests that must not be deleted: those of the lock, and of its newest versions in Git. */

import type { ImagesLock } from '../../../../lambdas/locks/images-lock';
import { BadInput } from '../../bad-input';
import { fileHistory, historyDepth } from '../git';
import { LOCK_FILE, parseLock, readLock } from './images-lock';

/** Versions of the lock that may be rolled back to. */
const KEPT_VERSIONS = 10;

/** Every digest of an image and of its platforms, and the keys' tags. @throws {BadInput} where a version cannot be read */
export function pinnedDigests(folder: string): ReadonlySet<string> {
  const depth = historyDepth(folder);
  if (depth === 'unknown') {
    throw new BadInput(
      `${folder}: Git cannot tell the history of ${LOCK_FILE}, whose images stay; install git, or make the folder a safe.directory`,
    );
  }
  const versions = fileHistory(folder, LOCK_FILE, KEPT_VERSIONS);
  if (depth === 'shallow' && versions.length < KEPT_VERSIONS) {
    throw new BadInput(
      `${folder}: a shallow clone lacks earlier versions of ${LOCK_FILE}, whose images stay; fetch the whole history (git fetch --unshallow, or fetch-depth: 0)`,
    );
  }
  const locks: ImagesLock[] = [
    readLock(folder),
    ...versions.map(({ commit, text }) => parseLock(text, `${LOCK_FILE} of ${commit}`)),
  ];
  return new Set(
    locks.flatMap((lock) =>
      Object.values(lock).flatMap(({ digest, platforms, tag }) => [
        digest,
        tag,
        ...Object.values(platforms ?? {}),
      ]),
    ),
  );
}
