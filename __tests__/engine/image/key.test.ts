/** The key against a real builder: recorded truth is recorded again in turns, random contexts are tried, and its reach is compared. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookedUp } from '../../scripts/cli/image/support/bases';
import { type BuildCase, type Edit, keyOf, materialise } from '../../scripts/cli/image/support/build-case';
import { randomCase } from '../../scripts/cli/image/support/random-case';
import { CASES, NEW_FRONTEND } from '../../scripts/cli/image/truth/cases';
import recorded from '../../scripts/cli/image/truth/truth.json';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from '../support/docker-engine';
import { contentDigest } from './support/content-digest';
import { followedFiles, keyedFiles } from './support/followed-paths';
import { recordTruth, type TruthEngine, withImage } from './support/record-truth';
import { pushTestBases } from './support/test-bases';

const TRUTHS: Readonly<Record<string, Readonly<Record<string, string>>>> = recorded;
/** All edits take minutes: each day builds one of so many parts of every case, so that as many days build all. */
const TURNS = 4;
const TURN = Number(process.env['TRUTH_TURN'] ?? Math.floor(Date.now() / 86_400_000)) % TURNS;
const SEEDS = [2, 3, 5, 8, 13, 21, 34, 55, 89, 144];
const EDITS = 4;

/** Only engines from 28 on write an argument that nothing uses into the history: elsewhere such an edit changes nothing. */
const DEPENDS_ON_ENGINE = /\barg/i;

/** Cases of which the key takes fewer files than the engine asks for: those that are dropped after the transfer. */
const NARROWER: ReadonlySet<string> = new Set(['COPY with --parents and --exclude', 'mounts']);

describe('the key on a real builder', () => {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-key-'));
  let engine: DockerEngine;
  let registry: Registry;
  let truth: TruthEngine;

  beforeAll(async () => {
    registry = await startRegistry({ folder: join(work, 'registry') });
    // The classic store writes no image with fixed times, which is what tells equal from changed.
    engine = await startDockerEngine({ imageStore: 'containerd' });
    const { env, buildx } = engine;
    truth = { env, buildx, references: await pushTestBases(engine, registry.host) };
  });
  afterAll(async () => {
    await engine?.stop();
    await registry?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  it.each(CASES.filter(({ name }) => !NEW_FRONTEND.has(name)).map((given) => [given.name, given] as const))(
    `says of %s what was recorded (part ${TURN + 1} of ${TURNS})`,
    async (name, given) => {
      const edits = given.edits.filter(
        (edit, index) => index % TURNS === TURN && !DEPENDS_ON_ENGINE.test(edit.name),
      );
      const expected = edits.map((edit) => [edit.name, TRUTHS[name]?.[edit.name]]);
      expect(await recordTruth(given, edits, truth)).toEqual(Object.fromEntries(expected));
    },
    600_000,
  );

  it.each([...NEW_FRONTEND])(
    'says of %s what was recorded, or the engine does not know its flags',
    async (name) => {
      const given = CASES.find((candidate) => candidate.name === name);
      if (!given) throw new Error(`no case ${name}`);
      const known = (await withImage(given, undefined, truth, contentDigest)) !== undefined;
      const edits = known ? given.edits.filter((_, index) => index % TURNS === TURN) : [];
      const expected = edits.map((edit) => [edit.name, TRUTHS[name]?.[edit.name]]);
      expect(known ? await recordTruth(given, edits, truth) : {}).toEqual(Object.fromEntries(expected));
    },
    600_000,
  );

  it('reaches the files that the engine asks for, where it tells which', async () => {
    for (const given of CASES) {
      const [followed, keyed] = await withImage(given, undefined, truth, async (image, builder) => {
        // Of several platforms the engine shows the graph of one.
        const one = { ...image, platforms: image.platforms.slice(0, 1) };
        return [await followedFiles(one, builder), await keyedFiles(one, lookedUp())];
      });
      if (typeof followed === 'string') {
        expect(followed).toMatch(/unknown flag: --call|unsupported request/);
        continue;
      }
      expect([given.name, [...keyed].filter((file) => !followed.has(file))]).toEqual([given.name, []]);
      if (NARROWER.has(given.name)) continue;
      expect([given.name, [...followed].filter((file) => !keyed.has(file))]).toEqual([given.name, []]);
    }
  });

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
      const before = await withImage(given, undefined, truth, contentDigest);
      // What cannot be built has no image to be wrong about.
      if (before === undefined) continue;
      const key = await keyAfter(given);
      for (const edit of given.edits) {
        const after = await withImage(given, edit, truth, contentDigest);
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
  });
});
