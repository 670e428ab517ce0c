/** Digests that must not be deleted: those of the lock, and of its newest versions in Git. */
import { fileHistory } from '../git';
import { type ImagesLock, LOCK_FILE, parseLock, readLock } from './images-lock';

/** Versions of the lock that may be rolled back to. */
const KEPT_VERSIONS = 10;

/** Every digest of an image and of its platforms, and the keys' tags. @throws {BadInput} where a version cannot be read */
export function pinnedDigests(folder: string): ReadonlySet<string> {
  const locks: ImagesLock[] = [
    readLock(folder),
    ...fileHistory(folder, LOCK_FILE, KEPT_VERSIONS).map(({ commit, text }) =>
      parseLock(text, `${LOCK_FILE} of ${commit}`),
    ),
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
