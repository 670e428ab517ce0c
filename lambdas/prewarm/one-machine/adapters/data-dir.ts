import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { droppedEntries, hasLostCurrent } from './database-damage';
import { hasCode } from './error-code';
import { Store } from './store';

/** The messages of an error and of what caused it, such as the database's and the operating system's. */
function reasonsOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null || !('message' in error)) return [String(error)];
  return [String(error.message), ...('cause' in error && error.cause ? reasonsOf(error.cause) : [])];
}

/** Another process holds the data directory. */
export class DataDirLocked extends Error {
  override readonly name = 'DataDirLocked';
  constructor(dataDir: string, cause: unknown) {
    super(
      `data directory: got ${dataDir}, which another process is using; allowed: one process at a time; ` +
        'stop the other one or name another directory',
      { cause },
    );
  }
}

const NOT_WRITABLE =
  'allowed: a folder that this user may write; correct its permissions or name another directory';

/** The data directory cannot be opened for another reason. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';
  /** @param advice what is allowed and what to do; @default a folder that this user may write */
  constructor(dataDir: string, cause: unknown, advice = NOT_WRITABLE) {
    super(
      `data directory: got ${dataDir}, which cannot be opened (${reasonsOf(cause).join(': ')}); ${advice}`,
      { cause },
    );
  }
}

const LOST_CURRENT = new Error('the file CURRENT of its database state/ is missing');
const RESTORE =
  'allowed: a folder with a whole database, or none; restore state/ from a copy, or move it away to begin without the requests in it';

export interface DataDir {
  readonly store: Store;
  readonly blobsDir: string;
  /** Emptied whenever the directory is opened. */
  readonly tmpDir: string;
  /** What the database dropped because it was damaged, in its own words. */
  readonly dropped: readonly string[];
}

function isLocked(error: unknown): boolean {
  return (
    hasCode(error, 'LEVEL_LOCKED') ||
    (typeof error === 'object' && error !== null && 'cause' in error && hasCode(error.cause, 'LEVEL_LOCKED'))
  );
}

/** Few entries are read twice; by default a long list fills 4 MiB twice before they are written, and 8 MiB of what was read. */
const DATABASE_MEMORY = { writeBufferSize: 2 ** 20, cacheSize: 2 ** 20 } as const;

/** Only for its owner: request headers, which may hold secrets, are part of the state. */
const PRIVATE_FOLDER = 0o700;

/**
 * Opens `state/` (the database, whose own lock keeps other processes out), `blobs/` and `tmp/` of a data directory.
 * @throws DataDirLocked, DataDirUnusable
 */
export async function openDataDir(dataDir: string): Promise<DataDir> {
  const blobsDir = join(dataDir, 'blobs');
  const tmpDir = join(dataDir, 'tmp');
  try {
    await mkdir(dataDir, { recursive: true, mode: PRIVATE_FOLDER });
    await mkdir(blobsDir, { recursive: true });
    const stateDir = join(dataDir, 'state');
    if (await hasLostCurrent(stateDir)) throw new DataDirUnusable(dataDir, LOST_CURRENT, RESTORE);
    const db = new ClassicLevel<string, string>(stateDir);
    await db.open(DATABASE_MEMORY);
    await rm(tmpDir, { recursive: true, force: true });
    await mkdir(tmpDir);
    return { store: new Store(db), blobsDir, tmpDir, dropped: await droppedEntries(stateDir) };
  } catch (error) {
    if (error instanceof DataDirUnusable) throw error;
    throw isLocked(error) ? new DataDirLocked(dataDir, error) : new DataDirUnusable(dataDir, error);
  }
}
