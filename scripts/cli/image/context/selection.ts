/** Which entries of a context an instruction takes, with what of each can reach the image. */
import { posix } from 'node:path';
import { Uncertain } from '../uncertain';
import { type ContextEntry, type ContextTree, type FileEntry, fromRoot } from './context-tree';
import { type GlobPiece, globMatcher } from './glob';
import { IgnorePatterns, type PatternState } from './ignore-patterns';

export interface SelectedEntry {
  /** Where it stands in the context, for reports; `` is the root. */
  readonly path: string;
  /** What identifies it in the key: name below the copied folder, type, mode, link text, content. */
  readonly fields: readonly string[];
}

export interface CopySelection {
  /** Sources after expansion, as written. */
  readonly sources: readonly string[];
  readonly excludes: readonly string[];
  /** `--parents`: paths from the root, or from the pivot `/./`, are kept. */
  readonly parents: boolean;
  /** False where an octal `--chmod` replaces every mode. */
  readonly modes: boolean;
}

const WILDCARD = /[*?[]/;

/** @throws {Uncertain} for a source whose meaning is not certain */
export function selectCopied(tree: ContextTree, selection: CopySelection): readonly SelectedEntry[] {
  const excludes = new IgnorePatterns(selection.excludes);
  const narrowing = excludes.unknown.length === 0 ? excludes : new IgnorePatterns([]);
  return selection.sources.flatMap((source) => {
    if (source.includes('\\')) throw new Uncertain(`source ${JSON.stringify(source)} has a backslash`);
    return selection.parents
      ? selectWithParents(tree, source, narrowing, selection.modes)
      : matchesOf(tree, source).flatMap((path) => copied(tree, path, narrowing, selection.modes));
  });
}

/** What a bind mount shows: the source itself with its mode, and all below it. */
export function selectMounted(tree: ContextTree, source: string): readonly SelectedEntry[] {
  const entry = tree.resolve(fromRoot(source));
  if (entry === undefined) return [missing(source)];
  const links = new HardLinks();
  const itself = selected(tree, entry, '.', true, links);
  return entry.kind === 'folder'
    ? [itself, ...below(tree, entry, new IgnorePatterns([]), true, links)]
    : [itself];
}

/** Everything that the ignore file leaves. */
export function selectAll(tree: ContextTree): readonly SelectedEntry[] {
  return selectMounted(tree, '');
}

function missing(source: string): SelectedEntry {
  return { path: fromRoot(source), fields: [fromRoot(source), 'missing'] };
}

/** The paths that a source names: one, or those that its wildcards match, sorted. */
function matchesOf(tree: ContextTree, source: string): readonly string[] {
  const path = fromRoot(source);
  if (!WILDCARD.test(path)) return [path];
  const parts = path.split('/');
  const plain = parts.findIndex((part) => WILDCARD.test(part));
  const start = tree.resolve(parts.slice(0, plain).join('/'));
  if (start?.kind !== 'folder') return [];
  return globbed(tree, start.path, parts.slice(plain));
}

function globbed(tree: ContextTree, folder: string, parts: readonly string[]): readonly string[] {
  const [part = '', ...rest] = parts;
  const matches = globTest(part);
  return tree.list(folder).flatMap((entry) => {
    if (!matches(posix.basename(entry.path))) return [];
    if (rest.length === 0) return [entry.path];
    return entry.kind === 'folder' ? globbed(tree, entry.path, rest) : [];
  });
}

/** One part of a path with wildcards as Go matches it: `*`, `?` and `[…]`; nothing crosses a slash. */
function globTest(part: string): (name: string) => boolean {
  const pieces = [...part.matchAll(/\[\^?[^\]]+\]|[\s\S]/gu)].map(([token]): GlobPiece => {
    if (token === '*') return { kind: 'any', source: '.' };
    if (token === '?') return { kind: 'one', source: '.' };
    if (token.length > 2 && token.startsWith('[')) return { kind: 'one', source: token };
    return { kind: 'one', source: token.replace(/[\\^$.|+(){}[\]/]/, '\\$&') };
  });
  try {
    return globMatcher(pieces);
  } catch {
    throw new Uncertain(`wildcard ${JSON.stringify(part)} is not understood`);
  }
}

function copied(
  tree: ContextTree,
  path: string,
  excludes: IgnorePatterns,
  modes: boolean,
): readonly SelectedEntry[] {
  const entry = tree.resolve(path);
  if (entry === undefined) return [missing(path)];
  const links = new HardLinks();
  if (entry.kind !== 'folder') {
    return [selected(tree, entry, posix.basename(path), modes, links)];
  }
  // The folder's own name and mode stay behind: only what is below it is copied.
  return [{ path: entry.path, fields: ['.', 'folder'] }, ...below(tree, entry, excludes, modes, links)];
}

function below(
  tree: ContextTree,
  folder: ContextEntry,
  excludes: IgnorePatterns,
  modes: boolean,
  links: HardLinks,
): readonly SelectedEntry[] {
  return filtered(tree, folder, {
    takes: () => true,
    enters: () => true,
    excludes,
    modes,
    links,
  });
}

interface Filter {
  readonly takes: (relative: string, parent: PatternState | undefined) => boolean | PatternState;
  readonly enters: (relative: string) => boolean;
  readonly excludes: IgnorePatterns;
  readonly modes: boolean;
  readonly links: HardLinks;
}

/** Entries below a folder; a folder that is not taken itself comes along when something below it is. */
function filtered(tree: ContextTree, folder: ContextEntry, filter: Filter): readonly SelectedEntry[] {
  const prefix = folder.path === '' ? 0 : folder.path.length + 1;
  const found: SelectedEntry[] = [];
  function visit(
    parent: string,
    included: PatternState | undefined,
    excluded: PatternState | undefined,
  ): void {
    for (const entry of tree.list(parent)) {
      const relative = entry.path.slice(prefix);
      const taken = filter.takes(relative, included);
      const dropped = filter.excludes.size > 0 ? filter.excludes.test(relative, excluded) : undefined;
      const here = (typeof taken === 'boolean' ? taken : isTaken(taken)) && dropped?.matched !== true;
      if (entry.kind !== 'folder') {
        if (here) found.push(selected(tree, entry, relative, filter.modes, filter.links));
        continue;
      }
      found.push(selected(tree, entry, relative, filter.modes, filter.links));
      const withFolder = found.length;
      const mayContain = dropped?.matched !== true || filter.excludes.mayReturnBelow(relative);
      if (mayContain && (here || filter.enters(relative)))
        visit(entry.path, typeof taken === 'boolean' ? undefined : taken, dropped?.state);
      if (!here && found.length === withFolder) found.pop();
    }
  }
  visit(folder.path, undefined, undefined);
  return found;
}

function isTaken(state: PatternState): boolean {
  return state.includes(true);
}

function selectWithParents(
  tree: ContextTree,
  source: string,
  excludes: IgnorePatterns,
  modes: boolean,
): readonly SelectedEntry[] {
  const pivot = source.indexOf('/./');
  const start = pivot < 0 ? '' : source.slice(0, pivot);
  const pattern = fromRoot(pivot < 0 ? source : source.slice(pivot + 3));
  const include = new IgnorePatterns([pattern]);
  if (include.bad.length + include.unknown.length > 0 || pattern.startsWith('!') || pattern === '') {
    throw new Uncertain(`--parents with source ${JSON.stringify(source)}`);
  }
  const parts = pattern.split('/');
  const plain = parts.slice(0, firstWildcard(parts));
  return matchesOf(tree, start).flatMap((path) => {
    const folder = tree.resolve(path);
    if (folder === undefined) return [missing(path)];
    if (folder.kind !== 'folder') throw new Uncertain(`--parents below ${JSON.stringify(start)}, no folder`);
    refuseLinks(tree, folder, plain);
    const fixed = plain.join('/');
    return filtered(tree, folder, {
      takes: (relative, parent) => include.test(relative, parent).state,
      enters: (relative) =>
        fixed === '' || `${fixed}/`.startsWith(`${relative}/`) || `${relative}/`.startsWith(`${fixed}/`),
      excludes,
      modes,
      links: new HardLinks(),
    });
  });
}

function firstWildcard(parts: readonly string[]): number {
  const index = parts.findIndex((part) => WILDCARD.test(part));
  return index < 0 ? parts.length : index;
}

/** Builders differ in how `--parents` treats a link on the way. */
function refuseLinks(tree: ContextTree, folder: ContextEntry, parts: readonly string[]): void {
  let at = folder.path;
  for (const part of parts) {
    at = at === '' ? part : `${at}/${part}`;
    const entry = tree.entry(at);
    if (entry?.kind === 'link') throw new Uncertain(`--parents through the link ${JSON.stringify(at)}`);
    if (entry === undefined) return;
  }
}

/** Files that share an inode become hard links of the image when they are copied together. */
class HardLinks {
  private readonly first = new Map<string, string>();

  /** The number of the first file with this inode among those seen, or `` for a file that stands alone. */
  of({ inode }: FileEntry): string {
    if (inode === '') return '';
    const known = this.first.get(inode);
    if (known !== undefined) return known;
    this.first.set(inode, String(this.first.size));
    return '';
  }
}

/** An entry under the name that it has in the key. */
function selected(
  tree: ContextTree,
  entry: ContextEntry,
  name: string,
  modes: boolean,
  links: HardLinks,
): SelectedEntry {
  return {
    path: entry.path,
    fields: fieldsOf(tree, entry, name, modes ? entry.mode.toString(8) : '', links),
  };
}

function fieldsOf(
  tree: ContextTree,
  entry: ContextEntry,
  name: string,
  mode: string,
  links: HardLinks,
): readonly string[] {
  switch (entry.kind) {
    case 'file':
      return [name, 'file', mode, tree.contentHash(entry), links.of(entry)];
    case 'folder':
      return [name, 'folder', mode];
    case 'link':
      return [name, 'link', tree.linkTarget(entry)];
    case 'other':
      return [name, 'other', mode, ...entry.device];
  }
}
