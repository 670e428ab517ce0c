/** How others decide whether an image must be built: each rule as its project describes it, without its faults of parsing. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative } from 'node:path';
import { ContentHashes } from '../cli/image/context/content-hashes';
import { type ContextEntry, ContextTree, fromRoot } from '../cli/image/context/context-tree';
import { IgnorePatterns, readIgnoreFile } from '../cli/image/context/ignore-patterns';
import { parseDockerfile } from '../cli/image/dockerfile/instructions';
import { type ImageDefinition, readImagesFile } from '../cli/image/files/images-file';
import { ignoreFileOf } from '../cli/image/key/build-contexts';
import { listWords } from '../cli/image/key/instruction-values';
import { formatPlatform } from '../cli/image/key/platforms';

interface Read {
  readonly image: ImageDefinition;
  readonly tree: ContextTree;
  /** Every entry that the ignore file leaves, folders included. */
  readonly entries: readonly ContextEntry[];
}

function read(folder: string): Read {
  const [image] = readImagesFile(join(folder, 'images.json')).images;
  if (!image) throw new Error('no image');
  const ignoreFile = ignoreFileOf(image);
  const lines = existsSync(ignoreFile) ? readIgnoreFile(readFileSync(ignoreFile, 'utf8')) : [];
  const tree = new ContextTree(image.context, new IgnorePatterns(lines), new ContentHashes());
  function below(path: string): readonly ContextEntry[] {
    return tree.list(path).flatMap((entry) => [entry, ...(entry.kind === 'folder' ? below(entry.path) : [])]);
  }
  return { image, tree, entries: below('') };
}

function hashOf(fields: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** What the definition asks for, which every peer puts into its hash or its state. */
function options({ image }: Read): readonly unknown[] {
  const { target, args, platforms, context, dockerfile, contexts } = image;
  return [
    ...[target, [...args], platforms.map(formatPlatform), relative(context, dockerfile)],
    [...contexts].map(([name, value]) => [name, value.startsWith('/') ? posix.basename(value) : value]),
  ];
}

function content({ tree }: Read, entry: ContextEntry): string {
  if (entry.kind === 'link') return tree.linkTarget(entry);
  return entry.kind === 'file' ? tree.contentHash(entry) : '';
}

/** Dockerfile, and every file that the ignore file leaves, with permission bits. */
export function wholeContextHash(folder: string): string {
  const given = read(folder);
  const files = given.entries
    .filter(({ kind }) => kind !== 'folder')
    .map((entry) => [entry.path, entry.kind, entry.mode, content(given, entry)]);
  return hashOf([options(given), readFileSync(given.image.dockerfile, 'utf8'), files]);
}

/** The tree that Git would commit. */
export function gitTree(folder: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'warmpath-bench-git-'));
  const env = { ...process.env, GIT_DIR: directory, GIT_WORK_TREE: folder };
  function git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }
  try {
    git('init', '--quiet');
    git('add', '--all', '--force');
    return git('write-tree').trim();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Dockerfile, and the files that COPY and ADD of any stage name, with permission bits; mounts and bases are not looked at. */
export function copiedFilesHash(folder: string): string {
  const given = read(folder);
  const source = readFileSync(given.image.dockerfile, 'utf8');
  const args = new Map(given.image.args);
  const sources: string[] = [];
  for (const { keyword, rest, flags } of parseDockerfile(source).instructions) {
    if (keyword === 'ARG' || keyword === 'ENV') {
      const [, name = '', value = ''] = /^(\w+)(?:[= ](.*))?$/.exec(rest) ?? [];
      if (keyword === 'ENV' || !args.has(name)) args.set(name, value.replace(/^["']|["']$/g, ''));
    }
    const copies = keyword === 'COPY' || keyword === 'ADD';
    if (!copies || flags.some((flag) => flag.startsWith('--from'))) continue;
    const words = listWords(rest)
      .slice(0, -1)
      .filter((word) => !word.startsWith('<<') && !word.includes('://'));
    sources.push(
      ...words.map((word) => word.replace(/\$\{?(\w+)\}?/g, (_, name: string) => args.get(name) ?? '')),
    );
  }
  const files = given.entries.flatMap((entry) =>
    entry.kind !== 'folder' && sources.some((word) => covers(word, entry.path))
      ? [[entry.path, entry.mode, content(given, entry)]]
      : [],
  );
  return hashOf([options(given), source, files]);
}

/** Whether a path, or a folder that it is in, is what a word names. */
function covers(word: string, path: string): boolean {
  const source = fromRoot(word);
  if (source === '') return true;
  const pattern = new IgnorePatterns([source]);
  const parts = path.split('/');
  return parts.some((_, at) => pattern.test(parts.slice(0, at + 1).join('/')).matched);
}
