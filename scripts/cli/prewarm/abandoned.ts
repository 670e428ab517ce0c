import { existsSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDir } from '../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { SCRATCH_DATA, SCRATCH_PREFIX } from './scratch';

const KEPT_MS = 24 * 60 * 60_000;

/**
 * Removes this user's temporary folders of runs that were killed more than a day ago. Whatever stands against it leaves
 * the folder as it is: above all the database's lock, which a run holds for as long as it lives.
 * @default parent the system's folder for temporary files
 */
export async function removeAbandoned(parent = tmpdir()): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(SCRATCH_PREFIX))) {
    const folder = join(parent, name);
    try {
      const found = await lstat(folder);
      const isOurs = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
      // Without a database there is no lock to tell a run that still reads its list.
      const data = join(folder, SCRATCH_DATA);
      if (!isOurs || Date.now() - found.mtimeMs < KEPT_MS || !existsSync(join(data, 'state', 'CURRENT')))
        continue;
      await (await openDataDir(data)).store.close();
      await rm(folder, { recursive: true });
    } catch {}
  }
}
