/** `.warmpath` beside `images.json`: what a later run can do without. Nothing in it is committed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from './atomic-file';

export const STATE_FOLDER = '.warmpath';

/** Returns the folder, made with a rule of its own that keeps Git away. */
export function stateFolder(folder: string): string {
  const path = join(folder, STATE_FOLDER);
  const rule = join(path, '.gitignore');
  if (!existsSync(rule)) writeAtomically(rule, '*\n');
  return path;
}
