/** How long a plan takes that finds nothing changed in a large context, beside a fully cached build of the same, where an engine is there. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readImagesFile } from '../cli/image/files/images-file';
import { planImage } from '../cli/image/plan/plan-image';
import { RegistryClient } from '../cli/image/registry/registry-client';
import { type Bench, type BenchResult, type Contestant, inTurn, median, ratiosOf, resultOf } from './bench';

const run = promisify(execFile);

const FOLDERS = 250;
const FILES_PER_FOLDER = 200;
const FILE_BYTES = 4_096;
const ROUNDS = 7;
/** A plan takes milliseconds: one alone would tell more of the machine than of the plan. */
const PLANS_PER_ROUND = 5;
const LAUNCHER = join(__dirname, '..', 'cli', 'warmpath.cjs');

const DOCKERFILES = {
  'two folders': 'FROM scratch\nCOPY d0 /d0/\nCOPY d1 /d1/\n',
  'all folders': 'FROM scratch\nCOPY . /all/\n',
} as const;

const TARGETS = {
  'cached build, two folders': { atMost: 0.05 },
  'cached build, all folders': { atMost: 0.3 },
  'whole command to cached build, two folders': { atMost: 0.5 },
  'whole command to cached build, all folders': { atMost: 0.5 },
} as const;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function medianOf(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  while (taken.length < times) taken.push(await timed(work));
  return median(taken);
}

/** The bench's registry speaks http. Node before 22 reads further certificates as it starts, whether it needs them or not. */
function withoutCertificates(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  return env;
}

/** A registry that has an image at every tag, so that each plan comes to "skip". */
async function startFullRegistry(): Promise<{ readonly host: string; readonly server: Server }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the registry has no port');
  return { host: `127.0.0.1:${address.port}`, server };
}

/** Plans the one image of a folder, its state included; `now` is what the state says of itself. */
async function plan(folder: string, now = new Date()): Promise<void> {
  const [image] = readImagesFile(join(folder, 'images.json')).images;
  if (!image) throw new Error('no image');
  const { decision } = await planImage(image, {
    folder,
    lock: {},
    registry: new RegistryClient({ credentialFor: async () => undefined }),
    resolveBase: async ({ reference }) => {
      throw new Error(`no base in this bench, but ${reference}`);
    },
    now: () => now,
  });
  if (decision !== 'skip') throw new Error(`got ${decision}, expected skip`);
}

function hasBuildx(): boolean {
  try {
    execFileSync('docker', ['buildx', 'inspect'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Builds; a second time, everything is in the cache. */
async function build(context: string): Promise<void> {
  const quiet = ['--provenance=false', '--progress=quiet', '--output=type=cacheonly'];
  await run('docker', ['buildx', 'build', ...quiet, context]);
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

async function bench(say: (line: string) => void): Promise<BenchResult> {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-bench-image-'));
  const context = join(work, 'app');
  const { host, server } = await startFullRegistry();
  const ratios: Record<string, readonly number[]> = {};
  let ours: readonly number[] = [];
  const figures: Record<string, number> = {};
  const withBuild = hasBuildx();
  try {
    fill(context);
    writeFileSync(
      join(work, 'images.json'),
      JSON.stringify({ images: { app: { repository: `${host}/app`, context: 'app' } } }),
    );
    for (const [name, dockerfile] of Object.entries(DOCKERFILES)) {
      writeFileSync(join(context, 'Dockerfile'), dockerfile);
      rmSync(join(work, '.warmpath'), { recursive: true, force: true });
      // A memo trusts no file that is as young as itself, so this one says that it is younger.
      const first = await timed(() => plan(work, new Date(Date.now() + 60_000)));
      figures[`${name}, first plan`] = Math.round(first);
      const started = { cwd: work, env: withoutCertificates() };
      const contestants: Record<string, Contestant> = {
        plan: () => medianOf(PLANS_PER_ROUND, () => plan(work)),
        'empty program': () => timed(() => run(process.execPath, ['--eval', '0'], started)),
        'whole command': () => timed(() => run(process.execPath, [LAUNCHER, 'image', 'plan'], started)),
        ...(withBuild && { 'cached build': () => timed(() => build(context)) }),
      };
      const measured = await inTurn(contestants, { rounds: ROUNDS }, (line) => say(`${name}: ${line}`));
      for (const [what, ms] of Object.entries(measured)) figures[`${name}, ${what}`] = Math.round(median(ms));
      const { plan: planMs = [], 'whole command': commandMs = [], 'cached build': buildMs } = measured;
      if (name === 'two folders') ours = planMs;
      if (buildMs === undefined) continue;
      ratios[`cached build, ${name}`] = ratiosOf(planMs, { build: buildMs })['build'] ?? [];
      ratios[`whole command to cached build, ${name}`] =
        ratiosOf(commandMs, { build: buildMs })['build'] ?? [];
    }
    for (const [name, value] of Object.entries(figures)) say(`${name}: ${value} ms`);
    return resultOf({
      name: imagePlan.name,
      unit: 'ms',
      ours,
      others: {},
      ratios,
      targets: TARGETS,
      notes: figures,
    });
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(work, { recursive: true, force: true });
  }
}

export const imagePlan: Bench = {
  name: 'image-plan',
  summary: `a plan over ${FOLDERS * FILES_PER_FOLDER} files of which none changed, beside a cached build`,
  run: bench,
};
