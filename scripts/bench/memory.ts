import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as z from 'zod';
import { type Bench, rounded } from './bench';
import { type Edges, startEdges } from './edges';

const POPS = ['FRA56-P4', 'NRT57-P3', 'IAD89-C3'];
const FEW = 100_000;
const MANY = 1_000_000;
const LIMIT_MIB = 200;

const answer = z.object({ peakMib: z.number(), fetches: z.number(), seconds: z.number() });
const run = promisify(execFile);

/** What an engine that starts fresh needs at its peak for so many URLs. */
const measure = async (bundle: string, edges: Edges, urls: number) => {
  const { pops, port, caPem } = edges;
  const input = JSON.stringify({ urls, edges: { pops, port, caPem } });
  const { stdout } = await run(process.execPath, [bundle, input]);
  return answer.parse(JSON.parse(stdout));
};

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
      const few = await measure(bundle, edges, FEW);
      say(`${FEW} URLs: ${rounded(few.peakMib)} MiB, ${few.fetches} fetches in ${rounded(few.seconds)} s`);
      const many = await measure(bundle, edges, MANY);
      say(
        `${MANY} URLs: ${rounded(many.peakMib)} MiB, ${many.fetches} fetches in ${rounded(many.seconds)} s`,
      );
      const ours = rounded(many.peakMib);
      return {
        name: this.name,
        unit: 'MiB',
        ours,
        others: { '100,000 URLs': rounded(few.peakMib), limit: LIMIT_MIB },
        ratios: {
          '100,000 URLs': rounded(many.peakMib / few.peakMib),
          limit: rounded(many.peakMib / LIMIT_MIB),
        },
        targets: { '100,000 URLs (at most)': 1.1, 'limit (at most)': 1 },
      };
    } finally {
      await edges.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
