import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the paths of all files below a folder, sorted, links left out. Without `withFileTypes`: the folder of an entry is
 * `parentPath` from Node 20.12 and was `path` up to Node 22.
 */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile())
    .sort();
}
