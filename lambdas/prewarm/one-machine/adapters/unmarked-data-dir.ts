import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { LISTS_PREFIX } from '../../api/uploaded-list';
import { isRequestFolder } from '../../engine/flow/blob-names';
import type { RequestRecord } from '../../engine/model/request';
import { isFinal } from '../../engine/model/request-status';
import type { HeaderSeal } from './header-seal';
import { KEY_BEGINNINGS, keys } from './keys';
import { put, type Store } from './store';

/*
 * Version 0.1 made data directories without a marker. What such a folder holds says whose it is: nothing but the three folders,
 * in them nothing but names of this program, and in the database nothing but its keys.
 */

const FOLDERS = ['blobs', 'state', 'tmp'] as const;
const DATABASE_FILE = /^(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(?:log|ldb|sst|dbtmp))$/;
/** The name of a blob while it is written. */
const UNFINISHED = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns true for the name of a file in `tmp/` that this program made. */
export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name);
}

function isOwnName(folder: (typeof FOLDERS)[number], name: string): boolean {
  if (folder === 'state') return DATABASE_FILE.test(name);
  if (folder === 'tmp') return isUnfinished(name);
  return isRequestFolder(name) || `${name}/` === LISTS_PREFIX;
}

/** Returns true where no key lies before, between and after the ranges of this program's keys. */
async function holdsOwnKeysOnly(db: ClassicLevel<string, string>): Promise<boolean> {
  async function isEmpty(range: { readonly gt?: string; readonly gte?: string; readonly lt?: string }) {
    return (await db.keys({ ...range, limit: 1 }).all()).length === 0;
  }
  let after: { readonly gt?: string; readonly gte?: string } = {};
  for (const beginning of KEY_BEGINNINGS) {
    if (!(await isEmpty({ ...after, lt: beginning }))) return false;
    // `"` is the character after `!`.
    after = beginning.endsWith('!') ? { gte: `${beginning.slice(0, -1)}"` } : { gt: beginning };
  }
  return isEmpty(after);
}

/**
 * Returns true for a data directory of version 0.1. Its database is opened only where all names are this program's own.
 * @param names of what is in the folder
 * @throws what opening the database throws, such as for one that another process holds
 */
export async function isUnmarkedDataDir(dataDir: string, names: readonly string[]): Promise<boolean> {
  if (names.length !== FOLDERS.length || !FOLDERS.every((folder) => names.includes(folder))) return false;
  for (const folder of FOLDERS) {
    const inside = await readdir(join(dataDir, folder)).catch(() => undefined);
    if (inside === undefined || !inside.every((name) => isOwnName(folder, name))) return false;
    if (folder === 'state' && !inside.includes('CURRENT')) return false;
  }
  const db = new ClassicLevel<string, string>(join(dataDir, 'state'), { createIfMissing: false });
  await db.open();
  try {
    return await holdsOwnKeysOnly(db);
  } finally {
    await db.close();
  }
}

/** Seals the request headers that version 0.1 stored as they are, and drops those of requests that have ended. */
export async function sealStoredHeaders(store: Store, seal: Pick<HeaderSeal, 'seal'>): Promise<void> {
  for await (const [key, record] of store.entries<RequestRecord>(keys.allRequests)) {
    const { id, spec, status } = record;
    if (spec.headers.length === 0) continue;
    const sealed = isFinal(status) ? {} : { sealedHeaders: seal.seal(id, spec.headers) };
    await store.commit([put(key, { ...record, spec: { ...spec, headers: [] }, ...sealed })], true);
  }
}
