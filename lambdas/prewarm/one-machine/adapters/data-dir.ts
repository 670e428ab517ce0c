import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { RefusedSetting } from '../refused-setting';
import { damagedJournals, droppedEntries, hasLostCurrent, hasLostJournal } from './database-damage';
import { hasCode, isDiskFault } from './error-code';
import { HeaderKeyUnusable, HeaderSeal, KEY_FILE, readHeaderKey } from './header-seal';
import { keys } from './keys';
import { makeFolder, makePrivate } from './private-folder';
import { put, Store } from './store';
import { isUnfinished, isUnmarkedDataDir, sealStoredHeaders } from './unmarked-data-dir';

/** Returns the messages of an error and of what caused it, such as the database's and the operating system's. */
function reasonsOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null || !('message' in error)) return [String(error)];
  return [String(error.message), ...('cause' in error && error.cause ? reasonsOf(error.cause) : [])];
}

/** A data directory that is not opened. */
export abstract class DataDirRefused extends RefusedSetting {}

/** Another process holds the data directory. */
export class DataDirLocked extends DataDirRefused {
  override readonly name = 'DataDirLocked';
  constructor(dataDir: string, cause: unknown) {
    super(
      'DATA_DIR_LOCKED',
      ({ dataDir: name }) =>
        `${name}: got ${dataDir}, which another process is using; allowed: one process at a time; ` +
        'stop the other one or name another directory',
      { cause },
    );
  }
}

/** The folder holds something, and nothing says that it is a data directory: what is in it belongs to somebody else. */
export class DataDirForeign extends DataDirRefused {
  override readonly name = 'DataDirForeign';
  constructor(dataDir: string) {
    super(
      'DATA_DIR_FOREIGN',
      ({ dataDir: name }) =>
        `${name}: got ${dataDir === '' ? 'an empty name' : dataDir}, ` +
        `${dataDir === '' ? 'which names no folder' : `which has files in it but not ${MARKER}`}; ` +
        'allowed: a folder that is empty or does not exist yet, or one that this program made; name another directory',
    );
  }
}

const NOT_WRITABLE =
  'allowed: a folder that this user may write; correct its permissions or name another directory';

/** The data directory cannot be opened for another reason. */
export class DataDirUnusable extends DataDirRefused {
  override readonly name = 'DataDirUnusable';
  /** @param advice what is allowed and what to do; @default a folder that this user may write */
  constructor(dataDir: string, cause: unknown, advice = NOT_WRITABLE) {
    super(
      'DATA_DIR_UNUSABLE',
      ({ dataDir: name }) =>
        `${name}: got ${dataDir}, which cannot be opened (${reasonsOf(cause).join(': ')}); ${advice}`,
      { cause },
    );
  }
}

const NO_ROOM = 'allowed: a folder on a disk with room; free space or name another directory';

const LOST_CURRENT = new Error('the file CURRENT of its database state/ is missing');
const LOST_JOURNAL =
  'its journal state/*.log is missing: what was stored last is lost; restore state/ from a copy to have it';
const RESTORE_KEY = 'restore the key, or move the folder away to begin without the requests in it';
const RESTORE =
  'allowed: a folder with a whole database, or none; restore state/ from a copy, or move it away to begin without the requests in it';

export interface DataDir {
  readonly store: Store;
  /** Seals request headers with the key of this directory. */
  readonly headers: HeaderSeal;
  readonly blobsDir: string;
  /** Blobs while they are written; those that an earlier process left are removed when the directory is opened. */
  readonly tmpDir: string;
  /** What the database dropped because it was damaged, in its own words. */
  readonly dropped: readonly string[];
  /** Folders and files that other users may read, since the file system keeps no permissions. */
  readonly readableByOthers: readonly string[];
}

function isLocked(error: unknown): boolean {
  return (
    hasCode(error, 'LEVEL_LOCKED') ||
    (typeof error === 'object' && error !== null && 'cause' in error && hasCode(error.cause, 'LEVEL_LOCKED'))
  );
}

function isFull(error: unknown): boolean {
  return isDiskFault(error) || reasonsOf(error).some((reason) => /No space left on device/i.test(reason));
}

/** Returns true where the database says that its files do not fit together. */
function isDamaged(error: unknown): boolean {
  return reasonsOf(error).some((reason) => /Corruption|MANIFEST|CURRENT/.test(reason));
}

/**
 * Returns the seal of a directory's headers.
 * @throws HeaderKeyUnusable where the key is not the one that they were stored with
 */
async function sealOf(dataDir: string, store: Store): Promise<HeaderSeal> {
  const seal = new HeaderSeal(await readHeaderKey(dataDir));
  const known = store.get<string>(keys.headersKey);
  if (known === undefined) await store.commit([put(keys.headersKey, seal.fingerprint)], true);
  else if (known !== seal.fingerprint) throw new HeaderKeyUnusable('is missing or another one');
  return seal;
}

/** Few entries are read twice; by default a long list fills 4 MiB twice before they are written, and 8 MiB of what was read. */
const DATABASE_MEMORY = { writeBufferSize: 2 ** 20, cacheSize: 2 ** 20 } as const;

/** Stands in every data directory, written before anything else. Only a folder that has it is ever cleaned up. */
const MARKER = 'WARMPATH_DATA';
const MARKER_TEXT =
  'This folder is a data directory of warmpath, which removes files in it. Keep nothing else here.\n';
/** What a file system puts into the root of a volume, which is then as good as empty. */
const OF_THE_FILE_SYSTEM = new Set(['lost+found']);

function mark(dataDir: string): Promise<void> {
  return writeFile(join(dataDir, MARKER), MARKER_TEXT, { mode: 0o600 });
}

/**
 * Makes the folder, or takes one that is empty, has the marker or is a data directory of version 0.1.
 * @returns unmarked for the last, which is to be marked once it is like a new one
 * @throws DataDirForeign
 */
async function claim(dataDir: string): Promise<'marked' | 'unmarked'> {
  await makeFolder(dataDir);
  const entries = await readdir(dataDir, { withFileTypes: true });
  if (entries.some((entry) => entry.name === MARKER && entry.isFile())) return 'marked';
  const others = entries.map(({ name }) => name).filter((name) => !OF_THE_FILE_SYSTEM.has(name));
  // The key of headers is the first thing that such a directory gets: an adoption may have been cut short.
  const old = others.filter((name) => name !== KEY_FILE);
  if (old.length > 0 && (await isUnmarkedDataDir(dataDir, old))) return 'unmarked';
  if (others.length > 0) throw new DataDirForeign(dataDir);
  await mark(dataDir);
  return 'marked';
}

/** A link leads to a folder that may be somebody else's: nothing is removed behind it. */
async function removeUnfinished(tmpDir: string): Promise<void> {
  if ((await lstat(tmpDir)).isSymbolicLink()) return;
  for (const entry of await readdir(tmpDir, { withFileTypes: true }))
    if (entry.isFile() && isUnfinished(entry.name)) await rm(join(tmpDir, entry.name));
}

/**
 * Opens `state/` (the database, whose own lock keeps other processes out), `blobs/` and `tmp/` of a data directory. All of it
 * is for its owner only: request headers, which may hold secrets, are part of the state.
 * @throws DataDirForeign, DataDirLocked, DataDirUnusable
 */
export async function openDataDir(dataDir: string): Promise<DataDir> {
  if (dataDir === '') throw new DataDirForeign(dataDir);
  const blobsDir = join(dataDir, 'blobs');
  const tmpDir = join(dataDir, 'tmp');
  const stateDir = join(dataDir, 'state');
  try {
    const claimed = await claim(dataDir);
    const readableByOthers = await makePrivate(dataDir);
    for (const folder of [blobsDir, tmpDir]) await mkdir(folder, { recursive: true, mode: 0o700 });
    if (await hasLostCurrent(stateDir)) throw new DataDirUnusable(dataDir, LOST_CURRENT, RESTORE);
    const lost = (await hasLostJournal(stateDir)) ? [LOST_JOURNAL] : await damagedJournals(stateDir);
    const db = new ClassicLevel<string, string>(stateDir);
    await db.open(DATABASE_MEMORY);
    const store = new Store(db);
    try {
      const headers = await sealOf(dataDir, store);
      if (claimed === 'unmarked') {
        await sealStoredHeaders(store, headers);
        await mark(dataDir);
      }
      await removeUnfinished(tmpDir);
      const dropped = [...lost, ...(await droppedEntries(stateDir))];
      return { store, headers, blobsDir, tmpDir, dropped, readableByOthers };
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof DataDirRefused) throw error;
    if (error instanceof HeaderKeyUnusable) throw new DataDirUnusable(dataDir, error, RESTORE_KEY);
    if (isFull(error)) throw new DataDirUnusable(dataDir, error, NO_ROOM);
    if (isDamaged(error)) throw new DataDirUnusable(dataDir, error, RESTORE);
    throw isLocked(error) ? new DataDirLocked(dataDir, error) : new DataDirUnusable(dataDir, error);
  }
}
