/** What `build` left for `push`, below `.warmpath/built`: of each image the last build that came to its end. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readIfThere, writeAtomically } from '../files/atomic-file';
import { STATE_FOLDER, stateFolder } from '../files/state-folder';

/** Folder with the image as an OCI layout, or the tag that it has in the engine where the driver cannot write one. */
export type BuiltAt = { readonly layout: string } | { readonly engineTag: string };

const note = z.object({ engineTag: z.string().nullable() });

function imageFolder(folder: string, name: string): string {
  return join(folder, STATE_FOLDER, 'built', name);
}

/** Each key has a folder of its own: what a broken build left is never taken for the image of another. */
function noteFile(folder: string, name: string, key: string): string {
  return join(imageFolder(folder, name), key, 'built.json');
}

/** Where the builder writes a layout; made if need be. */
export function layoutFolder(folder: string, name: string, key: string): string {
  const layout = join(stateFolder(folder), 'built', name, key, 'layout');
  mkdirSync(layout, { recursive: true });
  return layout;
}

/** Notes that the build of a key came to its end. */
export function noteBuild(folder: string, name: string, key: string, at: BuiltAt): void {
  const engineTag = 'engineTag' in at ? at.engineTag : null;
  writeAtomically(noteFile(folder, name, key), JSON.stringify({ engineTag }));
}

/** What an earlier build left for this key; `undefined` where there is nothing. */
export function earlierBuild(folder: string, name: string, key: string): BuiltAt | undefined {
  const text = readIfThere(noteFile(folder, name, key));
  if (text === undefined) return undefined;
  try {
    const { engineTag } = note.parse(JSON.parse(text));
    return engineTag === null ? { layout: layoutFolder(folder, name, key) } : { engineTag };
  } catch {
    return undefined;
  }
}

/** Removes what builds of an image left, once it is in the registry or the next build begins. */
export function forgetBuild(folder: string, name: string): void {
  rmSync(imageFolder(folder, name), { recursive: true, force: true });
}
