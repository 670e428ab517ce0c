import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from './error-code';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OF_OTHERS = 0o077;

/**
 * Makes a folder and those above it, for its owner only. Node's own recursive `mkdir` never returns where the parent exists
 * and the child cannot, such as below `/proc` or a link that leads nowhere.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'ENOENT') || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: FOLDER_MODE });
  }
}

/**
 * Takes the permissions of other users away from a folder and everything in it.
 * @returns the paths that others may still use: a file system without permissions, or an entry of another owner
 */
export async function makePrivate(path: string): Promise<readonly string[]> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) return [];
  const isOpen = process.platform !== 'win32' && (entry.mode & OF_OTHERS) !== 0;
  if (isOpen) await chmod(path, entry.isDirectory() ? FOLDER_MODE : FILE_MODE).catch(() => {});
  const stillOpen = isOpen && ((await lstat(path)).mode & OF_OTHERS) !== 0 ? [path] : [];
  if (!entry.isDirectory()) return stillOpen;
  const inside: string[] = [];
  for (const name of await readdir(path)) inside.push(...(await makePrivate(join(path, name))));
  return [...stillOpen, ...inside];
}
