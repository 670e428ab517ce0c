/** Names files by what Git knows to be different since a commit, where no list of the earlier inputs is there. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fromRoot } from '../context/context-tree';
import { IgnorePatterns, type PatternState, readIgnoreFile } from '../context/ignore-patterns';
import { readIfThere } from '../files/atomic-file';
import type { ImageDefinition } from '../files/images-file';
import { changedSince } from '../git';
import { ignoreFileOf } from '../key/build-contexts';
import type { InputRecord } from '../key/input-record';

export interface ChangedFile {
  /** As inputs are named: from the root of the context, after the name of a named one and a colon. */
  readonly name: string;
  readonly line: number | undefined;
}

/** Function that returns the files of a group of inputs which changed since, those that are gone as well. */
export type ChangedFilesOf = (group: string, records: readonly InputRecord[]) => readonly ChangedFile[];

/** `commit`: of the lock's entry. Where Git does not know it, no file is named. */
export function changedFilesSince(image: ImageDefinition, commit: string): ChangedFilesOf {
  const folders = [...image.contexts.values()].filter((value) => value.startsWith('/'));
  const changed = new Set(
    [image.context, ...folders].flatMap((folder) => [...(changedSince(folder, commit) ?? [])]),
  );
  const gone = [...changed].filter((path) => !existsSync(path));
  return (group, records) => {
    const there = records.filter(
      ({ kind, name }) => kind === 'file' && changed.has(pathOf(image, folders, name)),
    );
    const line = records[0]?.line;
    return [...there, ...goneFrom(group, image, gone).map((name) => ({ name, line }))];
  };
}

function pathOf({ context }: ImageDefinition, folders: readonly string[], name: string): string {
  const folder = folders.find((candidate) => name.startsWith(`${basename(candidate)}:`));
  return folder === undefined ? join(context, name) : join(folder, name.slice(basename(folder).length + 1));
}

/** Files that a COPY or ADD took while they were there; sources with a space in their names are not told apart. */
function goneFrom(group: string, image: ImageDefinition, gone: readonly string[]): readonly string[] {
  const [, from, sources] = /^(?:\S+\/\S+ )?(?:COPY|ADD) (?:--from=(\S+) )?(.*)$/.exec(group) ?? [];
  const root = from === undefined ? image.context : image.contexts.get(from);
  if (sources === undefined || root === undefined) return [];
  const ignoreFile = from === undefined ? ignoreFileOf(image) : join(root, '.dockerignore');
  const ignored = new IgnorePatterns(readIgnoreFile(readIfThere(ignoreFile) ?? ''));
  const taken = sources.split(' ').map((source) => new IgnorePatterns([fromRoot(source) || '**']));
  return gone.flatMap((path) => {
    if (!path.startsWith(`${root}/`)) return [];
    const inside = path.slice(root.length + 1);
    const isTaken = taken.some((patterns) => matchesWithParents(patterns, inside));
    if (!isTaken || matchesWithParents(ignored, inside)) return [];
    return [from === undefined ? inside : `${basename(root)}:${inside}`];
  });
}

/** As the builder walks: what patterns say of a folder holds below it until one says otherwise. */
function matchesWithParents(patterns: IgnorePatterns, path: string): boolean {
  let state: PatternState | undefined;
  let matched = false;
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++)
    ({ matched, state } = patterns.test(parts.slice(0, count).join('/'), state));
  return matched;
}
