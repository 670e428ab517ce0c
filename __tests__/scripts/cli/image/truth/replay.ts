/** Puts recorded builds beside what a strategy decides. */
import { rmSync } from 'node:fs';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import { lookedUp } from '../support/bases';
import { type BuildCase, type Edit, keyOf, materialise } from '../support/build-case';
import cachedBuilds from './cached-build.json';
import { CASES } from './cases';
import recorded from './truth.json';

type Recorded = Readonly<Record<string, Readonly<Record<string, string>>>>;

const TRUTHS: Recorded = recorded;
const CACHED_BUILDS: Recorded = cachedBuilds;

/** Anything that is another text where the image must be built. */
export type Strategy = (folder: string, edit: Edit | undefined, given: BuildCase) => Promise<string> | string;

/** Whether a plain build from a warm cache gave another digest, as a real builder did. */
export function cachedBuild(_: string, edit: Edit | undefined, given: BuildCase): string {
  return edit === undefined ? 'same' : (CACHED_BUILDS[given.name]?.[edit.name] ?? 'never recorded');
}

export interface Replayed {
  readonly name: string;
  readonly changed: boolean;
  readonly before: string;
  readonly after: string;
}

export function keyAfter(folder: string, edit?: Edit): Promise<ImageKey> {
  return keyOf(folder, lookedUp(edit?.bases));
}

async function decided(given: BuildCase, edit: Edit | undefined, strategy: Strategy): Promise<string> {
  const folder = materialise(given, edit);
  try {
    return await strategy(folder, edit, given);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every edit that can be built, with what the strategy says before and after. */
export async function replay(strategy: Strategy): Promise<readonly Replayed[]> {
  const results: Replayed[] = [];
  for (const given of CASES) {
    const before = await decided(given, undefined, strategy);
    for (const edit of given.edits) {
      const truth = TRUTHS[given.name]?.[edit.name];
      if (truth === undefined) throw new Error(`${given.name}, ${edit.name}: never recorded`);
      if (truth === 'fails') continue;
      const after = await decided(given, edit, strategy);
      results.push({ name: `${given.name}, ${edit.name}`, changed: truth === 'changed', before, after });
    }
  }
  return results;
}

export function missedOf(all: readonly Replayed[]): readonly string[] {
  return all.filter(({ changed, before, after }) => changed && before === after).map(({ name }) => name);
}

export function builtForNothing(all: readonly Replayed[]): readonly string[] {
  return all.filter(({ changed, before, after }) => !changed && before !== after).map(({ name }) => name);
}
