/** Which files of each context BuildKit itself would ask for, from the build graph that it makes of a Dockerfile. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import * as z from 'zod';
import { ContentHashes } from '../../../../scripts/cli/image/context/content-hashes';
import { type ContextEntry, ContextTree } from '../../../../scripts/cli/image/context/context-tree';
import { IgnorePatterns, readIgnoreFile } from '../../../../scripts/cli/image/context/ignore-patterns';
import type { ImageDefinition } from '../../../../scripts/cli/image/files/images-file';
import type { BaseImage } from '../../../../scripts/cli/image/key/base-image';
import { ignoreFileOf } from '../../../../scripts/cli/image/key/build-contexts';
import { imageKey } from '../../../../scripts/cli/image/key/image-key';
import { type Builder, buildx } from './content-digest';

const LOCAL = 'local://';
const MAIN_CONTEXT = 'context';

const graph = z.object({
  def: z.record(
    z.string(),
    z.looseObject({
      source: z
        .looseObject({ identifier: z.string(), attrs: z.record(z.string(), z.string()).optional() })
        .optional(),
    }),
  ),
});

/** Files as `context:path`, by the context's name for its own: that of the main one is `context`. */
export type Files = ReadonlySet<string>;

/**
 * The files that the engine would ask for; where it does not show its build graph (`--call=convertllb`, BuildKit 0.26 and
 * later), what it says instead.
 */
export async function followedFiles(image: ImageDefinition, builder: Builder): Promise<Files | string> {
  let printed: string;
  try {
    printed = await buildx(image, builder, ['--call=convertllb,format=json']);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/unknown flag: --call|unsupported request/.test(text)) return text;
    throw error;
  }
  const files = new Set<string>();
  for (const { source } of Object.values(graph.parse(JSON.parse(printed)).def)) {
    if (!source?.identifier.startsWith(LOCAL)) continue;
    const name = source.identifier.slice(LOCAL.length);
    const patterns = z.array(z.string()).parse(JSON.parse(source.attrs?.['local.followpaths'] ?? '[""]'));
    const tree = treeOf(image, name);
    for (const pattern of patterns) for (const path of filesAt(tree, pattern)) files.add(`${name}:${path}`);
  }
  return files;
}

function treeOf(image: ImageDefinition, name: string): ContextTree {
  const root = name === MAIN_CONTEXT ? image.context : image.contexts.get(name);
  if (root === undefined) throw new Error(`no context ${name}`);
  const file = name === MAIN_CONTEXT ? ignoreFileOf(image) : join(root, '.dockerignore');
  const lines = existsSync(file) ? readIgnoreFile(readFileSync(file, 'utf8')) : [];
  return new ContextTree(root, new IgnorePatterns(lines), new ContentHashes());
}

/** Files, links and the like that a pattern leads to, with what is below them. */
function filesAt(tree: ContextTree, pattern: string): readonly string[] {
  return matches(tree, '', pattern === '' ? [] : pattern.split('/')).flatMap((path) => {
    const entry = tree.resolve(path);
    if (entry === undefined) return [];
    return below(tree, entry).map((found) => found.path);
  });
}

function below(tree: ContextTree, entry: ContextEntry): readonly ContextEntry[] {
  return entry.kind === 'folder'
    ? [...tree.walk(entry.path)].filter(({ kind }) => kind !== 'folder')
    : [entry];
}

function matches(tree: ContextTree, folder: string, parts: readonly string[]): readonly string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [folder];
  if (!/[*?[]/.test(part)) return matches(tree, posix.join(folder, part), rest);
  const pattern = new IgnorePatterns([part]);
  const entry = tree.resolve(folder);
  if (entry?.kind !== 'folder') return [];
  return tree
    .list(entry.path)
    .filter(({ path }) => pattern.test(posix.basename(path)).matched)
    .flatMap(({ path }) => matches(tree, path, rest));
}

/** The files that the key is made of. */
export async function keyedFiles(
  image: ImageDefinition,
  bases: ReadonlyMap<string, BaseImage>,
): Promise<Files> {
  const { records } = await imageKey(image, {
    hashes: new ContentHashes(),
    resolveBase: async ({ reference }) => {
      const base = bases.get(reference);
      if (!base) throw new Error(`no base ${reference}`);
      return base;
    },
    now: new Date(0),
  });
  const folders = new Map(
    [...image.contexts]
      .filter(([, value]) => value.startsWith('/'))
      .map(([name, value]) => [basename(value), name]),
  );
  return new Set(
    records.flatMap(({ kind, name, fields }) => {
      if (kind !== 'file' || fields[1] === 'folder' || fields[1] === 'missing') return [];
      const [prefix = '', ...rest] = name.split(':');
      const context = rest.length > 0 ? folders.get(prefix) : undefined;
      return [context === undefined ? `${MAIN_CONTEXT}:${name}` : `${context}:${rest.join(':')}`];
    }),
  );
}
