import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { startFakeAws } from './fake-aws';
import { type FlowJob, type FlowRound, flowRound } from './flow-adapters';

const run = promisify(execFile);

/** V8 lets garbage lie while the machine has memory to spare; a small heap makes the peak tell what is needed. */
const HEAP = ['--max-old-space-size=96', '--max-semi-space-size=8'];

/** What a call of the queue or of a table takes. */
export const CALL_MS = 10;

/** URLs, PoPs and instances of a request. */
export type FlowSize = Omit<FlowJob, 'endpoint'>;

export function labelOf({ urls, pops, instances }: FlowSize): string {
  return `${urls.toLocaleString('en')} URLs x ${pops} PoPs, ${instances} instances`;
}

/** Figures of one size, round by round; all sizes have as many. */
export type FlowRounds = readonly FlowRound[];

const ROUNDS = 3;
/** No size is begun after this time; three quiet rounds take less than half of it. */
const WITHIN_SECONDS = 600;

/**
 * Lets a process that starts fresh, with a queue and tables of its own, do each of these, in turn and round after round; returns
 * the whole rounds of each.
 */
export async function measureFlow(
  program: './fanout-process.ts' | './aggregate-process.ts',
  sizes: readonly FlowSize[],
  say: (line: string) => void,
): Promise<readonly FlowRounds[]> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  try {
    const bundle = join(folder, 'flow.cjs');
    await build({
      entryPoints: [require.resolve(program)],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
    });
    const rounds: FlowRound[][] = [];
    const endsAt = performance.now() + WITHIN_SECONDS * 1_000;
    async function measure(size: FlowSize): Promise<FlowRound> {
      const fake = await startFakeAws(CALL_MS);
      try {
        const input = JSON.stringify({ ...size, endpoint: fake.endpoint } satisfies FlowJob);
        const { stdout } = await run(process.execPath, [...HEAP, bundle, input]);
        const round = flowRound.parse(JSON.parse(stdout));
        say(
          [
            `${labelOf(size)}: ${round.slices} slices in ${round.seconds.toFixed(2)} s`,
            `${((round.seconds / round.slices) * 1e6).toFixed(0)} µs each`,
            `processor ${((round.cpuSeconds / round.slices) * 1e6).toFixed(0)} µs each`,
            `${round.queueCalls} queue calls`,
            `${round.tableWrites} rows in ${round.tableWriteCalls} calls`,
            `${round.tableReadCalls} reads`,
            `peak ${round.peakMib.toFixed(0)} MiB`,
          ].join(', '),
        );
        return round;
      } finally {
        await fake.close();
      }
    }
    while (rounds.length < ROUNDS) {
      const round: FlowRound[] = [];
      for (const size of sizes) {
        // The first round is always finished: the counts of calls and rows need only one.
        if (rounds.length > 0 && performance.now() > endsAt) break;
        round.push(await measure(size));
      }
      if (round.length < sizes.length) break;
      rounds.push(round);
    }
    return sizes.map((_, index) => rounds.flatMap((round) => round[index] ?? []));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
