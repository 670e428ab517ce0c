/** The key against a real builder: recorded truth is recorded again, and random contexts are tried. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookedUp } from '../../scripts/cli/image/support/bases';
import { type BuildCase, type Edit, keyOf, materialise } from '../../scripts/cli/image/support/build-case';
import { randomCase } from '../../scripts/cli/image/support/random-case';
import { CASES, NEW_FRONTEND } from '../../scripts/cli/image/truth/cases';
import recorded from '../../scripts/cli/image/truth/truth.json';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from '../support/docker-engine';
import { digestOf, recordTruth, type TruthEngine } from './support/record-truth';
import { pushTestBases } from './support/test-bases';

const TRUTHS: Readonly<Record<string, Readonly<Record<string, string>>>> = recorded;
/** Cases of the recorded truth that are built again here; the whole list takes a quarter of an hour. */
const BUILT_AGAIN = ['links', 'hard links', 'mounts', 'triggers of ONBUILD'];
const SEEDS = [2, 3, 5, 8, 13, 21, 34, 55, 89, 144];
const EDITS = 4;

describe('the key on a real builder', () => {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-key-'));
  let engine: DockerEngine;
  let registry: Registry;
  let truth: TruthEngine;

  beforeAll(async () => {
    registry = await startRegistry({ folder: join(work, 'registry') });
    // The classic store writes no image with fixed times, which is what tells equal from changed.
    engine = await startDockerEngine({ imageStore: 'containerd' });
    truth = { env: engine.env, references: await pushTestBases(engine, registry.host) };
  }, 300_000);
  afterAll(async () => {
    await engine?.stop();
    await registry?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  it.each(BUILT_AGAIN)(
    'says of %s what was recorded',
    async (name) => {
      const given = CASES.find((candidate) => candidate.name === name);
      if (!given || NEW_FRONTEND.has(name)) throw new Error(`no case ${name} for this engine`);
      expect(await recordTruth(given, truth)).toEqual(TRUTHS[name]);
    },
    600_000,
  );

  async function keyAfter(given: BuildCase, edit?: Edit): Promise<string> {
    const folder = materialise(given, edit);
    try {
      return (await keyOf(folder, lookedUp(edit?.bases))).key;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('misses no change of random contexts', async () => {
    const missed: string[] = [];
    let [changed, same] = [0, 0];
    for (const seed of SEEDS) {
      const given = randomCase(seed, EDITS, { parents: false });
      const before = await digestOf(given, undefined, truth);
      // What cannot be built has no image to be wrong about.
      if (before === undefined) continue;
      const key = await keyAfter(given);
      for (const edit of given.edits) {
        const after = await digestOf(given, edit, truth);
        if (after === undefined) continue;
        if (after === before) same++;
        else changed++;
        if (after !== before && (await keyAfter(given, edit)) === key)
          missed.push(`${given.name}: ${edit.name}`);
      }
    }
    expect(missed).toEqual([]);
    expect(changed).toBeGreaterThan(0);
    expect(same).toBeGreaterThan(0);
  }, 600_000);
});
