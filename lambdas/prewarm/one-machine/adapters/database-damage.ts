import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './error-code';
import { silentlyDroppedBytes } from './journal-tail';

/** Lines of the database's log that one event names, and characters of each. */
const MAX_LINES = 20;
const MAX_LINE_LENGTH = 300;

/** Files with entries. A manifest alone is left by a process that was killed while it made the database. */
const WITH_ENTRIES = /^\d+\.(?:log|ldb|sst)$/;
/** The file that names the database's manifest. */
const CURRENT = 'CURRENT';

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Returns true where a folder holds entries of a database that LevelDB would take for a new one: it only looks for `CURRENT`. */
export async function hasLostCurrent(stateDir: string): Promise<boolean> {
  const files = await filesIn(stateDir);
  return !files.includes(CURRENT) && files.some((file) => WITH_ENTRIES.test(file));
}

/** The manifest of a database that has never been opened. */
const FIRST_MANIFEST = 'MANIFEST-000001';

/**
 * Returns true where a database has no journal although every open one leaves one behind: LevelDB goes on without what was in it,
 * and says nothing.
 */
export async function hasLostJournal(stateDir: string): Promise<boolean> {
  const files = await filesIn(stateDir);
  const isUsed = files.includes(CURRENT) && !files.includes(FIRST_MANIFEST);
  return isUsed && !files.some((file) => file.endsWith('.log'));
}

/**
 * Returns a sentence for each journal of a closed database of which LevelDB will drop something in silence that is more than a
 * record that was cut short at its end.
 */
export async function damagedJournals(stateDir: string): Promise<readonly string[]> {
  const journals = (await filesIn(stateDir)).filter((file) => file.endsWith('.log'));
  const sentences = await Promise.all(
    journals.map(async (file) => {
      const bytes = silentlyDroppedBytes(await readFile(join(stateDir, file)));
      return bytes === 0
        ? []
        : `${bytes} bytes of its journal state/${file} are damaged and were dropped: what was stored last is lost; restore state/ from a copy to have it`;
    }),
  );
  return sentences.flat();
}

/**
 * Returns what LevelDB dropped when it opened the database, in its own words; it goes on without those entries and says so in its
 * log alone. Empty where the database is whole.
 */
export async function droppedEntries(stateDir: string): Promise<readonly string[]> {
  const log = await readFile(join(stateDir, 'LOG'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line.includes('dropping') || line.includes('Corruption'))
    .slice(0, MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE_LENGTH));
}
