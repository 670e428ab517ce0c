import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the paths of all files below a folder, sorted. Links are left out, those to folders too: `readdirSync` follows these
 * where it is asked for everything below.
 */
export function filesBelow(folder: string): readonly string[] {
  return unsortedBelow(folder).sort();
}

function unsortedBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return unsortedBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
