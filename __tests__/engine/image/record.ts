/**
 * `npx tsx __tests__/engine/image/record.ts REGISTRY [CASE…]`: builds the cases of the recorded truth, or those named,
 * with the builder that `docker buildx` uses now, and writes what came of every edit. REGISTRY, such as 127.0.0.1:5000,
 * takes the bases. A case of `NEW_FRONTEND` needs BuildKit 0.26 or later.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildCase } from '../../scripts/cli/image/support/build-case';
import { CASES } from '../../scripts/cli/image/truth/cases';
import { type Builder, cachedDigest, contentDigest } from './support/content-digest';
import { recordTruth, type TruthEngine } from './support/record-truth';
import { pushTestBases } from './support/test-bases';

const FOLDER = join(__dirname, '..', '..', 'scripts', 'cli', 'image', 'truth');
/** File of the recorded truth, and of what a builder with a warm cache would take for another image. */
const RECORDED = { 'truth.json': contentDigest, 'cached-build.json': cachedDigest } as const;

async function record(given: BuildCase, engine: TruthEngine): Promise<void> {
  for (const [name, digest] of Object.entries(RECORDED)) {
    const file = join(FOLDER, name);
    const all: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
    all[given.name] = await recordTruth(given, given.edits, engine, digest);
    writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
    process.stdout.write(`${name}: ${given.name}\n`);
  }
}

async function main([registry, ...names]: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !CASES.some((given) => given.name === name));
  if (registry === undefined || unknown.length > 0)
    throw new Error(
      `usage: record.ts REGISTRY [CASE…]; cases: ${CASES.map((given) => given.name).join(', ')}`,
    );
  const builder: Pick<Builder, 'env' | 'buildx'> = { env: process.env, buildx: ['docker', 'buildx'] };
  const engine = { ...builder, references: await pushTestBases(builder, registry) };
  for (const given of CASES) {
    if (names.length === 0 || names.includes(given.name)) await record(given, engine);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
