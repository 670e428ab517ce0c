import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { type Bench, inTurn, ratiosOf, resultOf, rounded } from './bench';
import { type Edges, startEdges } from './edges';

const POPS = ['FRA56-P4', 'NRT57-P3', 'IAD89-C3'];
const FEW = 100_000;
const MANY = 1_000_000;
const LIMIT_MIB = 100;
/** When garbage is collected is chance, and worth some MiB. */
const ROUNDS = 3;

const answer = z.object({ peakMib: z.number(), fetches: z.number(), seconds: z.number() });
const run = promisify(execFile);

/** Returns peak memory, fetches and duration of an engine in a new process that warms so many URLs. */
async function measure(bundle: string, edges: Edges, urls: number) {
  const { pops, port, caPem } = edges;
  const input = JSON.stringify({ urls, edges: { pops, port, caPem } });
  const { stdout } = await run(process.execPath, [bundle, input]);
  return answer.parse(JSON.parse(stdout));
}

/** A list of a million URLs through three PoPs: whether memory grows with the list. */
export const memory: Bench = {
  name: 'memory',
  summary: 'peak memory in MiB for 1,000,000 URLs x 3 PoPs, against 100,000',
  async run(say) {
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
    const edges = await startEdges({ pops: POPS, objectBytes: 64, latencyMs: 0, remember: false });
    try {
      const bundle = join(folder, 'memory-process.cjs');
      await build({
        entryPoints: [require.resolve('./memory-process.ts')],
        outfile: bundle,
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node20',
        // It finds its prebuilt binary beside its own files.
        alias: { 'classic-level': require.resolve('classic-level') },
        external: [require.resolve('classic-level')],
        logLevel: 'error',
      });
      async function peakOf(urls: number, round: number): Promise<number> {
        // A process that starts fresh each time has nothing to warm up.
        if (round === 0) return Number.NaN;
        const { peakMib, fetches, seconds } = await measure(bundle, edges, urls);
        say(`${urls} URLs: ${fetches} fetches in ${rounded(seconds)} s`);
        return peakMib;
      }
      const { ours, ...others } = await inTurn(
        {
          ours: (round) => peakOf(MANY, round),
          '100,000 URLs': (round) => peakOf(FEW, round),
          limit: async () => LIMIT_MIB,
        },
        { rounds: ROUNDS, withinSeconds: 1_200 },
        say,
      );
      const ratios = ratiosOf(ours, others);
      const targets = { '100,000 URLs': { atMost: 1.1 }, limit: { atMost: 1 } };
      return resultOf({ name: this.name, unit: 'MiB', ours, others, ratios, targets });
    } finally {
      await edges.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
