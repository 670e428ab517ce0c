import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { hasCode } from './error-code';
import { Store } from './store';

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

/** The data directory cannot be opened for another reason. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';
  constructor(dataDir: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `data directory: got ${dataDir}, which cannot be opened (${reason}); allowed: a folder that this user may write; ` +
        'correct its permissions or name another directory',
      { cause },
    );
  }
}

export interface DataDir {
  readonly store: Store;
  readonly blobsDir: string;
  /** Emptied whenever the directory is opened. */
  readonly tmpDir: string;
}

const isLocked = (error: unknown): boolean =>
  hasCode(error, 'LEVEL_LOCKED') ||
  (typeof error === 'object' && error !== null && 'cause' in error && hasCode(error.cause, 'LEVEL_LOCKED'));

/**
 * Opens `state/` (the database, whose own lock keeps other processes out), `blobs/` and `tmp/` of a data directory.
 * @throws DataDirLocked, DataDirUnusable
 */
export const openDataDir = async (dataDir: string): Promise<DataDir> => {
  const blobsDir = join(dataDir, 'blobs');
  const tmpDir = join(dataDir, 'tmp');
  try {
    await mkdir(blobsDir, { recursive: true });
    const db = new ClassicLevel<string, string>(join(dataDir, 'state'));
    await db.open();
    await rm(tmpDir, { recursive: true, force: true });
    await mkdir(tmpDir);
    return { store: new Store(db), blobsDir, tmpDir };
  } catch (error) {
    throw isLocked(error) ? new DataDirLocked(dataDir, error) : new DataDirUnusable(dataDir, error);
  }
};
