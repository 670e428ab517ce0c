/** A build context as the builder sees it: what the ignore file leaves, read folder by folder and only when asked for. */
import { constants, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
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
  readonly absolutePath: string;
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

interface Folder {
  readonly state: PatternState | undefined;
  readonly matched: boolean;
}

/** At most so many links are followed on the way to one path, as the kernel does. */
const MAX_LINKS = 255;

export class ContextTree {
  private readonly listings = new Map<string, readonly ContextEntry[]>();
  private readonly folders = new Map<string, Folder>();
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
    this.folders.set('', { state: undefined, matched: false });
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
    // A folder that does not exist, or is itself ignored, has no listing.
    if (folder !== '' && this.entry(folder)?.kind !== 'folder') return undefined;
    return this.list(folder).find((entry) => entry.path === path);
  }

  /** What a folder contains, sorted by name. @throws {BadInput} for a folder that cannot be read, or must not be taken */
  list(folder: string): readonly ContextEntry[] {
    const known = this.listings.get(folder);
    if (known) return known;
    this.refuseRelease(folder);
    const entries: ContextEntry[] = [];
    const { state } = this.folders.get(folder) ?? this.folderState(folder);
    const start = `${this.absolute(folder)}/`;
    for (const name of this.names(folder)) {
      const absolutePath = start + name;
      const path = absolutePath.slice(this.root.length + 1);
      if (!this.release.refuse && this.release.paths.has(path)) continue;
      const ignored = this.ignore.size > 0 ? this.ignore.test(path, state) : undefined;
      if (ignored?.matched && !this.ignore.mayReturnBelow(path)) continue;
      const entry = readEntry(absolutePath, path);
      if (entry === undefined) continue;
      if (entry.kind === 'folder') {
        this.folders.set(path, { state: ignored?.state, matched: ignored?.matched === true });
        // An ignored folder exists for the builder when something below it was brought back.
        if (ignored?.matched && this.list(path).length === 0) continue;
      } else if (ignored?.matched) continue;
      entries.push(entry);
    }
    this.listings.set(folder, entries);
    return entries;
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
    return this.hashes.of(entry.absolutePath, entry);
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

  private folderState(folder: string): Folder {
    // Listing the parent notes the state of each folder that it contains.
    this.list(parentOf(folder));
    return this.folders.get(folder) ?? { state: undefined, matched: false };
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
  const stat = lstatSync(absolutePath, IF_THERE);
  return stat && entryOf(absolutePath, path, stat);
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
        absolutePath,
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
