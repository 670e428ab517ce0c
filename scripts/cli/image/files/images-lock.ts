/** `images.lock.json` of a project: which image is in use, by digest, and what its key was made of. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ImagesLock, imagesLock, type LockedImage } from '../../../../lambdas/locks/images-lock';
import { BadInput } from '../../bad-input';
import { FramedHash } from '../key/framed-hash';
import type { InputRecord } from '../key/input-record';
import { readIfThere, writeAtomically } from './atomic-file';

export const LOCK_FILE = 'images.lock.json';
const MAX_GROUPS = 64;
/** Group of the permission bits of folders, which the builder's cache does not see. */
export const FOLDER_MODES = 'folder modes';
const USUAL_MODE = '755';

export function lockPath(folder: string): string {
  return join(folder, LOCK_FILE);
}

/** @throws {BadInput} for a file that is no lock, or cannot be read: written anew, it would lose the other images */
export function readLock(folder: string): ImagesLock {
  const path = lockPath(folder);
  if (!existsSync(path)) return {};
  const text = readIfThere(path);
  if (text !== undefined) return parseLock(text, path);
  throw new BadInput(`${path}: cannot be read; make it a file that may be read, or remove it`);
}

/** @throws {BadInput} naming where the text came from */
export function parseLock(text: string, where: string): ImagesLock {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new BadInput(`${where}: no JSON; restore it from version control`, { cause });
  }
  // Read once: compiling a parser would take longer than parsing.
  const parsed = imagesLock.safeParse(json, { jitless: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new BadInput(`${where}: ${faults.join('; ')}; correct the file, or restore an earlier one`);
}

/** Replaces one image's entry; when and from which commit stay as they were while the image stays the same. */
export function writeLockEntry(folder: string, name: string, next: LockedImage): void {
  const current = readLock(folder);
  const before = current[name];
  const same = before !== undefined && before.digest === next.digest && before.repo === next.repo;
  const kept = same ? { ...next, builtAt: before.builtAt, commit: before.commit } : next;
  writeAtomically(lockPath(folder), formatLock({ ...current, [name]: kept }));
}

/** Names sorted, fields in one order, two spaces, one newline at the end. */
export function formatLock(images: ImagesLock): string {
  const sorted = Object.keys(images)
    .sort()
    .flatMap((name) => {
      const image = images[name];
      return image === undefined ? [] : [[name, ordered(image)] as const];
    });
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`;
}

function ordered(image: LockedImage): LockedImage {
  const { repo, key, tag, digest: pinned, platform, sizeBytes, builtAt, commit, platforms, inputs } = image;
  return {
    ...{ repo, key, tag, digest: pinned, platform, sizeBytes, builtAt, commit },
    ...(platforms && { platforms: sortedRecord(platforms) }),
    ...(inputs && { inputs: sortedRecord(inputs) }),
  };
}

function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** The inputs of a key in at most 64 groups, such as `COPY src/ (12)`, each with a short digest. */
export function inputGroups(records: readonly InputRecord[]): Readonly<Record<string, string>> {
  const groups = new Map<string, { hash: FramedHash; files: number }>();
  const names = [...new Set(records.map(({ group }) => group))];
  const kept = new Set(names.length < MAX_GROUPS ? names : names.slice(0, MAX_GROUPS - 2));
  const folderModes = folderModesDigest(records);
  for (const { group, kind, fields } of records) {
    const name = kept.has(group) ? group : 'all others';
    const found = groups.get(name) ?? { hash: new FramedHash(), files: 0 };
    found.hash.add([kind, ...fields]);
    if (kind === 'file' && fields[1] !== 'folder') found.files++;
    groups.set(name, found);
  }
  return Object.fromEntries([
    ...[...groups].map(([name, { hash, files }]) => [
      files > 0 ? `${name} (${files})` : name,
      hash.hex().slice(0, 12),
    ]),
    ...(folderModes === '' ? [] : [[FOLDER_MODES, folderModes]]),
  ]);
}

/** Digest of the folders whose permission bits are not the usual ones; empty where all are. */
export function folderModesDigest(records: readonly InputRecord[]): string {
  const unusual = records.filter(
    ({ kind, fields }) =>
      kind === 'file' && fields[1] === 'folder' && (fields[2] ?? USUAL_MODE) !== USUAL_MODE,
  );
  if (unusual.length === 0) return '';
  const hash = new FramedHash();
  for (const { group, name, fields } of unusual) hash.add([group, name, fields[2] ?? '']);
  return hash.hex().slice(0, 12);
}

/** A group's name without the number of its files. */
export function groupName(group: string): string {
  return group.replace(/ \(\d+\)$/, '');
}
