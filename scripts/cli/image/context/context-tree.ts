/** A build context as the builder sees it: what the ignore file leaves, read folder by folder and only when asked for. */
import { constants, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import { hasCode } from '../../../../lambdas/prewarm/one-machine/adapters/error-code';
import { BadInput } from '../../bad-input';
import type { ContentHashes, FileStamp } from './content-hashes';
import { IgnorePatterns, type PatternState } from './ignore-patterns';

interface Entry {
  /** From the context's root, with slashes; `` is the root. */
  readonly path: string;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
}

export interface FileEntry extends Entry, FileStamp {
  readonly kind: 'file';
  /** Device and inode of a file that has several names; `` for one that stands alone. */
  readonly inode: string;
}

/** A device or a pipe. */
export interface OtherEntry extends Entry {
  readonly kind: 'other';
  /** Type and number of the device. */
  readonly device: readonly [type: string, number: string];
}

export type ContextEntry = FileEntry | OtherEntry | (Entry & { readonly kind: 'folder' | 'link' });

/** What a release writes; in an image it would make each release change the next one. */
export interface ReleaseFiles {
  /** From the context's root. */
  readonly paths: ReadonlySet<string>;
  /** Whether taking one is an error; otherwise they are left out. */
  readonly refuse: boolean;
}

/** At most so many links are followed on the way to one path, as the kernel does. */
const MAX_LINKS = 255;

export class ContextTree {
  private readonly listings = new Map<string, readonly ContextEntry[]>();
  /** Entries that were asked for one by one: their folders need not be read. */
  private readonly looked = new Map<string, ContextEntry | undefined>();
  /** What the patterns said of each folder that was looked at. */
  private readonly states = new Map<string, PatternState | undefined>();
  private readonly ignore: IgnorePatterns;

  constructor(
    /** Absolute path of the folder. */
    readonly root: string,
    ignore: IgnorePatterns,
    private readonly hashes: ContentHashes,
    private readonly release: ReleaseFiles = { paths: new Set(), refuse: false },
  ) {
    // A list that is not understood is not applied: more files than needed reach the key, never fewer.
    this.ignore = ignore.unknown.length === 0 ? ignore : new IgnorePatterns([]);
  }

  /** The root itself. */
  rootEntry(): ContextEntry {
    const entry = readEntry(this.root, '');
    if (entry === undefined)
      throw new BadInput(`context ${this.root}: no such folder; create it or correct the path`);
    return entry;
  }

  /** The entry at a path without following links; `undefined` where there is none or it is ignored. */
  entry(path: string): ContextEntry | undefined {
    if (path === '') return this.rootEntry();
    const folder = parentOf(path);
    const listed = this.listings.get(folder);
    if (listed) return listed.find((entry) => entry.path === path);
    if (this.looked.has(path)) return this.looked.get(path);
    // What lies in a folder that does not exist, or is itself ignored, is not there.
    const isThere = folder === '' || this.entry(folder)?.kind === 'folder';
    const entry = isThere ? this.look(path, this.states.get(folder)) : undefined;
    this.looked.set(path, entry);
    return entry;
  }

  /** What a folder contains, sorted by name. @throws {BadInput} for a folder that cannot be read, or must not be taken */
  list(folder: string): readonly ContextEntry[] {
    const known = this.listings.get(folder);
    if (known) return known;
    this.refuseRelease(folder);
    if (folder !== '' && !this.states.has(folder)) this.entry(folder);
    const state = this.states.get(folder);
    const start = folder === '' ? '' : `${folder}/`;
    const entries: ContextEntry[] = [];
    for (const name of this.names(folder)) {
      const entry = this.look(start + name, state);
      if (entry) entries.push(entry);
    }
    this.listings.set(folder, entries);
    return entries;
  }

  /** The entry at a path in a folder for which the patterns have this state; `undefined` where it is absent or left out. */
  private look(path: string, state: PatternState | undefined): ContextEntry | undefined {
    if (!this.release.refuse && this.release.paths.has(path)) return undefined;
    const ignored = this.ignore.size > 0 ? this.ignore.test(path, state) : undefined;
    const matched = ignored?.matched === true;
    if (matched && !this.ignore.mayReturnBelow(path)) return undefined;
    const entry = readEntry(`${this.root}/${path}`, path);
    if (entry?.kind !== 'folder') return matched ? undefined : entry;
    this.states.set(path, ignored?.state);
    // An ignored folder exists for the builder when something below it was brought back.
    return matched && this.list(path).length === 0 ? undefined : entry;
  }

  /** Every entry below a folder, parents before children. */
  *walk(folder: string): Generator<ContextEntry> {
    for (const entry of this.list(folder)) {
      yield entry;
      if (entry.kind === 'folder') yield* this.walk(entry.path);
    }
  }

  /** The entry that a path leads to, links followed in every part of it and never out of the context. */
  resolve(path: string): ContextEntry | undefined {
    let parts = partsOf(path);
    let at = '';
    let links = 0;
    while (parts.length > 0) {
      const [part = '', ...rest] = parts;
      parts = rest;
      if (part === '..') {
        at = parentOf(at);
        continue;
      }
      const next = at === '' ? part : `${at}/${part}`;
      const entry = this.entry(next);
      if (entry === undefined) return undefined;
      if (entry.kind !== 'link') {
        at = next;
        continue;
      }
      if (++links > MAX_LINKS) return undefined;
      const target = this.linkTarget(entry);
      if (target.startsWith('/')) at = '';
      parts = [...partsOf(target), ...parts];
    }
    return this.entry(at);
  }

  linkTarget(entry: ContextEntry): string {
    return readlinkSync(this.absolute(entry.path));
  }

  /** SHA-256 of a file's content, in hexadecimal. @throws {BadInput} for a file that must not be taken */
  contentHash(entry: FileEntry): string {
    this.refuseRelease(entry.path);
    return this.hashes.of(this.absolute(entry.path), entry);
  }

  private refuseRelease(path: string): void {
    if (!this.release.refuse || !this.release.paths.has(path)) return;
    throw new BadInput(
      `context ${this.root}: got ${path}, which every release changes; add it to ${this.root}/.dockerignore`,
    );
  }

  private absolute(path: string): string {
    return path === '' ? this.root : `${this.root}/${path}`;
  }

  private names(folder: string): readonly string[] {
    try {
      return readdirSync(this.absolute(folder)).sort();
    } catch (cause) {
      throw new BadInput(`context ${this.absolute(folder)}: cannot be read; ${reasonOf(cause)}`, { cause });
    }
  }
}

const IF_THERE = { throwIfNoEntry: false } as const;

function readEntry(absolutePath: string, path: string): ContextEntry | undefined {
  if (path.includes('\uFFFD')) {
    throw new BadInput(
      `${absolutePath}: a file name that is not UTF-8, which BuildKit refuses; rename or ignore it`,
    );
  }
  const stat = statOf(absolutePath);
  return stat && entryOf(absolutePath, path, stat);
}

/** `undefined` where there is none, or can be none of such a name. */
function statOf(absolutePath: string): Stats | undefined {
  try {
    return lstatSync(absolutePath, IF_THERE);
  } catch (cause) {
    if (hasCode(cause, 'ENAMETOOLONG') || hasCode(cause, 'ERR_INVALID_ARG_VALUE')) return undefined;
    throw new BadInput(`context ${absolutePath}: cannot be read; ${reasonOf(cause)}`, { cause });
  }
}

/** `undefined` for a socket, which is never sent to the builder. */
function entryOf(absolutePath: string, path: string, stat: Stats): ContextEntry | undefined {
  const mode = stat.mode & 0o7777;
  switch (stat.mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return {
        path,
        mode,
        kind: 'file',
        sizeBytes: stat.size,
        mtimeMs: stat.mtimeMs,
        ctimeMs: stat.ctimeMs,
        ino: stat.ino,
        dev: stat.dev,
        fullMode: stat.mode,
        inode: stat.nlink > 1 ? inodeOf(absolutePath) : '',
      };
    case constants.S_IFDIR:
      return { path, mode, kind: 'folder' };
    case constants.S_IFLNK:
      return { path, mode, kind: 'link' };
    case constants.S_IFSOCK:
      return undefined;
    default:
      return { path, mode, kind: 'other', device: [String(stat.mode), String(stat.rdev)] };
  }
}

/** Device and inode with all digits: a double would round large inodes, and take two files for one. */
function inodeOf(absolutePath: string): string {
  const { dev, ino } = lstatSync(absolutePath, { bigint: true });
  return `${dev}:${ino}`;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** A path of an instruction as one from the context's root: `.`, `./`, `..` and a leading slash resolved. */
export function fromRoot(path: string): string {
  return posix.normalize(`/${path}`).replace(/^\/+|\/+$/g, '');
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
