/** The contexts of an image as trees: what each ignore file leaves, and never what a release itself writes. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { BadInput } from '../../bad-input';
import type { ContentHashes } from '../context/content-hashes';
import { ContextTree } from '../context/context-tree';
import { IgnorePatterns, readIgnoreFile } from '../context/ignore-patterns';
import type { Doubt } from '../dockerfile/instructions';
import type { ImageDefinition } from '../files/images-file';
import { LOCK_FILE } from '../files/images-lock';
import { STATE_FOLDER } from '../files/state-folder';

/** Each context is read once for all platforms. */
export class BuildContexts {
  private readonly trees = new Map<string, ContextTree>();
  private readonly unsure: Doubt[] = [];

  constructor(
    private readonly image: ImageDefinition,
    private readonly hashes: ContentHashes,
  ) {}

  /**
   * `undefined` is the main context.
   *
   * @throws {BadInput} for a pattern that BuildKit refuses
   */
  of(context: string | undefined): ContextTree {
    const root = context ?? this.image.context;
    const known = this.trees.get(context ?? '');
    if (known) return known;
    const file = context === undefined ? ignoreFileOf(this.image) : join(root, '.dockerignore');
    const ignore = new IgnorePatterns(readIgnored(file));
    const [bad] = ignore.bad;
    if (bad) {
      throw new BadInput(
        `${file}: got ${JSON.stringify(bad.pattern)}, ${bad.reason}; BuildKit refuses the build: correct the pattern`,
      );
    }
    for (const pattern of ignore.unknown) {
      this.unsure.push({
        line: 0,
        reason: `${file}: pattern ${JSON.stringify(pattern)} is not understood, so no pattern is applied`,
      });
    }
    const tree = new ContextTree(root, ignore, this.hashes, {
      paths: new Set(releasePaths(root, this.image.folder)),
      // Which files of a named context a build leaves out only its own ignore file says.
      refuse: context !== undefined,
    });
    tree.rootEntry();
    this.trees.set(context ?? '', tree);
    return tree;
  }

  doubts(): readonly Doubt[] {
    return this.unsure;
  }
}

/** The ignore file of the main context: the one beside the Dockerfile replaces the one of the root. */
export function ignoreFileOf({
  dockerfile,
  context,
}: Pick<ImageDefinition, 'dockerfile' | 'context'>): string {
  const own = `${dockerfile}.dockerignore`;
  return existsSync(own) ? own : join(context, '.dockerignore');
}

/**
 * Paths below a context of what a release writes beside `images.json`. In an image they would make each release change the
 * next one, so that the main context of a build is without them.
 */
export function releasePaths(root: string, folder: string): readonly string[] {
  const inside = relative(root, folder);
  if (inside === '..' || inside.startsWith('../')) return [];
  return [STATE_FOLDER, LOCK_FILE].map((name) => posix.join(inside, name));
}

function readIgnored(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  try {
    return readIgnoreFile(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new BadInput(`${file}: cannot be read; make it a file, or remove it`, { cause });
  }
}
