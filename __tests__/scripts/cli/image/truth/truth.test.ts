/** Replays what a real builder said of every edit: no change may be missed, and few builds may be for nothing. */
import { rmSync } from 'node:fs';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import { lookedUp } from '../support/bases';
import { type BuildCase, type Edit, keyOf, materialise } from '../support/build-case';
import { CASES } from './cases';
import recorded from './truth.json';

type Truths = Readonly<Record<string, Readonly<Record<string, string>>>>;

const TRUTHS: Truths = recorded;

/** Share of the edits that change nothing and are built all the same. */
const MAX_FALSE = 0.3;

async function keyAfter(given: BuildCase, edit?: Edit): Promise<ImageKey> {
  const folder = materialise(given, edit);
  try {
    return await keyOf(folder, lookedUp(edit?.bases));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Compared {
  readonly truth: string;
  readonly build: boolean;
  readonly name: string;
}

async function compared(given: BuildCase): Promise<readonly Compared[]> {
  const before = await keyAfter(given);
  const results: Compared[] = [];
  for (const edit of given.edits) {
    const truth = TRUTHS[given.name]?.[edit.name];
    if (truth === undefined) throw new Error(`${given.name}, ${edit.name}: never recorded`);
    // What cannot be built has no image to be wrong about.
    if (truth === 'fails') continue;
    const after = await keyAfter(given, edit);
    results.push({ name: `${given.name}, ${edit.name}`, truth, build: after.key !== before.key });
  }
  return results;
}

describe('the key against recorded builds', () => {
  const all: Compared[] = [];
  beforeAll(async () => {
    for (const given of CASES) all.push(...(await compared(given)));
  }, 120_000);

  it('knows at least 200 edits of at least 8 kinds of context', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(8);
    expect(all.length).toBeGreaterThanOrEqual(200);
    expect(new Set(all.map(({ truth }) => truth))).toEqual(new Set(['changed', 'same']));
  });

  it('misses no change', () => {
    expect(all.filter(({ truth, build }) => truth === 'changed' && !build).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('builds at most three of ten edits for nothing', () => {
    const same = all.filter(({ truth }) => truth === 'same');
    const built = same.filter(({ build }) => build);
    expect({
      share: built.length / same.length <= MAX_FALSE,
      names: built.map(({ name }) => name),
    }).toMatchObject({ share: true });
  });

  it('has the same key wherever the folder lies', async () => {
    for (const given of CASES) expect((await keyAfter(given)).key).toBe((await keyAfter(given)).key);
  });

  it('covers the whole context in none of these cases', async () => {
    for (const given of CASES) expect((await keyAfter(given)).widened).toEqual([]);
  });
});
