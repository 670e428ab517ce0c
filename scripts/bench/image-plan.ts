/** How long the key of an image takes on a large context, beside a fully cached build of the same, where an engine is there. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentHashes, type Memo } from '../cli/image/context/content-hashes';
import { type ImageDefinition, readImagesFile } from '../cli/image/files/images-file';
import { imageKey } from '../cli/image/key/image-key';
import { type Bench, type BenchResult, median, rounded } from './bench';

const FOLDERS = 250;
const FILES_PER_FOLDER = 200;
const FILE_BYTES = 4_096;
const ROUNDS = 5;

const DOCKERFILES = {
  'two folders': 'FROM scratch\nCOPY d0 /d0/\nCOPY d1 /d1/\n',
  'all folders': 'FROM scratch\nCOPY . /all/\n',
} as const;

async function keyMs(
  image: ImageDefinition,
  memo: Memo | undefined,
): Promise<{ readonly ms: number; readonly memo: Memo }> {
  const hashes = new ContentHashes(memo);
  const started = performance.now();
  await imageKey(image, {
    hashes,
    resolveBase: async ({ reference }) => {
      throw new Error(`no base in this bench, but ${reference}`);
    },
    now: new Date(),
  });
  return { ms: performance.now() - started, memo: hashes.toMemo(Date.now() + 60_000) };
}

/** A second build of what the engine has built; `undefined` without an engine. */
function cachedBuildMs(context: string): number | undefined {
  const args = [
    'buildx',
    'build',
    '--provenance=false',
    '--progress=quiet',
    '--output=type=cacheonly',
    context,
  ];
  try {
    execFileSync('docker', args, { stdio: 'ignore' });
    return median(
      Array.from({ length: ROUNDS }, () => {
        const started = performance.now();
        execFileSync('docker', args, { stdio: 'ignore' });
        return performance.now() - started;
      }),
    );
  } catch {
    return undefined;
  }
}

function fill(context: string): void {
  const old = new Date(Date.now() - 3_600_000);
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(context, `d${folder}`), { recursive: true });
    for (let file = 0; file < FILES_PER_FOLDER; file++) {
      const path = join(context, `d${folder}`, `f${file}`);
      writeFileSync(path, randomBytes(FILE_BYTES));
      utimesSync(path, old, old);
    }
  }
}

async function run(say: (line: string) => void): Promise<BenchResult> {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-bench-image-'));
  const context = join(work, 'app');
  const ratios: Record<string, number> = {};
  const figures: Record<string, number> = {};
  try {
    fill(context);
    for (const [name, dockerfile] of Object.entries(DOCKERFILES)) {
      writeFileSync(join(context, 'Dockerfile'), dockerfile);
      writeFileSync(
        join(work, 'images.json'),
        '{"images":{"app":{"repository":"registry.test/app","context":"app"}}}',
      );
      const [image] = readImagesFile(join(work, 'images.json')).images;
      if (!image) throw new Error('no image');
      const cold = await keyMs(image, undefined);
      const warm: number[] = [];
      for (let round = 0; round < ROUNDS; round++) warm.push((await keyMs(image, cold.memo)).ms);
      const build = cachedBuildMs(context);
      figures[`${name}, first time (ms)`] = Math.round(cold.ms);
      figures[`${name}, remembered (ms)`] = Math.round(median(warm));
      if (build !== undefined) {
        figures[`${name}, cached build (ms)`] = Math.round(build);
        ratios[`cached build, ${name}`] = rounded(median(warm) / build);
      }
    }
    for (const [name, value] of Object.entries(figures)) say(`${name}: ${value}`);
    return {
      name: 'image-plan',
      unit: 'ms',
      ours: figures['two folders, remembered (ms)'] ?? Number.NaN,
      others: {},
      ratios,
      targets: { 'cached build, two folders (at most)': 0.05, 'cached build, all folders (at most)': 0.3 },
      notes: figures,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export const imagePlan: Bench = {
  name: 'image-plan',
  summary: `the key of an image over ${FOLDERS * FILES_PER_FOLDER} files, beside a cached build`,
  run,
};
