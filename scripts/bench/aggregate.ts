import { type Bench, median, resultOf, rounded } from './bench';
import type { FlowRound } from './flow-adapters';
import { CALL_MS, type FlowSize, measureFlow } from './flow-round';

const STATED: FlowSize = { urls: 10_000, pops: 34, instances: 10 };
/** As many slices as a list of this length is ever cut into. */
const LARGEST_FLEET: FlowSize = { ...STATED, instances: 300 };
const GROWTH: readonly FlowSize[] = [
  { urls: 100_000, pops: 100, instances: 10 },
  { urls: 1_000_000, pops: 100, instances: 10 },
];

const PROCESSOR = 'processor time per slice, 1,000,000 x 100 over 100,000 x 100';
const PEAK = 'peak memory, 1,000,000 x 100 over 100,000 x 100';

/** Counting the results of a request on the AWS adapters; a process whose counters are not exact fails the bench. */
export const aggregate: Bench = {
  name: 'aggregate',
  summary: `rows written to count 10,000 URLs x 34 PoPs exactly, each call of the tables at ${CALL_MS} ms`,
  async run(say) {
    const rounds = await measureFlow('./aggregate-process.ts', [STATED, LARGEST_FLEET, ...GROWTH], say);
    const [stated, largest, few, many] = rounds;
    if (!stated || !largest || !few || !many) throw new Error('aggregate: a round is missing');
    const pairs = STATED.urls * STATED.pops;
    const growth = many.map((round, index) => [round, few[index] ?? round] as const);
    function grown(of: (round: FlowRound) => number): readonly number[] {
      return growth.map(([large, small]) => of(large) / of(small));
    }
    return resultOf({
      name: this.name,
      unit: 'rows written',
      ours: stated.map(({ tableWrites }) => tableWrites),
      others: {
        'one per URL and PoP': [pairs],
        'with 300 instances': largest.map(({ tableWrites }) => tableWrites),
      },
      ratios: {
        'one write per URL and PoP, over ours': stated.map(({ tableWrites }) => pairs / tableWrites),
        'one write per URL and PoP, over ours, with 300 instances': largest.map(
          ({ tableWrites }) => pairs / tableWrites,
        ),
        'slice records per writing call': stated.map(
          ({ slices, tableWriteCalls }) => slices / tableWriteCalls,
        ),
        'slice records per writing call, with 300 instances': largest.map(
          ({ slices, tableWriteCalls }) => slices / tableWriteCalls,
        ),
        [PROCESSOR]: grown(({ cpuSeconds, slices }) => cpuSeconds / slices),
        [PEAK]: grown(({ peakMib }) => peakMib),
      },
      targets: {
        'one write per URL and PoP, over ours': { atLeast: 20 },
        'one write per URL and PoP, over ours, with 300 instances': { atLeast: 20 },
        'slice records per writing call': { atLeast: 20 },
        'slice records per writing call, with 300 instances': { atLeast: 20 },
        [PROCESSOR]: { atMost: 1.2 },
        [PEAK]: { atMost: 1.2 },
      },
      notes: {
        'rows written per slice record': rounded(
          median(stated.map(({ tableWrites, slices }) => tableWrites / slices)),
        ),
        'writing calls': median(stated.map(({ tableWriteCalls }) => tableWriteCalls)),
        'seconds for 1,000,000 x 100': rounded(median(many.map(({ seconds }) => seconds))),
        'peak MiB for 1,000,000 x 100': rounded(median(many.map(({ peakMib }) => peakMib))),
      },
    });
  },
};
