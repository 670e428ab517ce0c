import { type Bench, median, resultOf, rounded } from './bench';
import type { FlowRound } from './flow-adapters';
import { CALL_MS, type FlowSize, measureFlow } from './flow-round';

const STATED: FlowSize = { urls: 10_000, pops: 34, instances: 10 };
/** As many slices as a list of this length is ever cut into. */
const LARGEST_FLEET: FlowSize = { ...STATED, instances: 300 };
const GROWTH: readonly FlowSize[] = [
  { urls: 100_000, pops: 34, instances: 10 },
  { urls: 100_000, pops: 100, instances: 10 },
  { urls: 1_000_000, pops: 100, instances: 10 },
];
const LIMIT_SECONDS = 5;
const PROCESSOR = 'processor time per slice, 1,000,000 x 100 over 100,000 x 100';
const PEAK = 'peak memory, 1,000,000 x 100 over 100,000 x 100';

/** Planning a request on the AWS adapters: PoPs, totals, every slice queued. */
export const fanout: Bench = {
  name: 'fanout',
  summary: `seconds to queue 10,000 URLs x 34 PoPs, each call of queue, tables and DNS at ${CALL_MS} ms`,
  async run(say) {
    const rounds = await measureFlow('./fanout-process.ts', [STATED, LARGEST_FLEET, ...GROWTH], say);
    const [stated, largest, , few, many] = rounds;
    if (!stated || !largest || !few || !many) throw new Error('fanout: a round is missing');
    const pairs = STATED.urls * STATED.pops;
    const growth = many.map((round, index) => [round, few[index] ?? round] as const);
    function grown(of: (round: FlowRound) => number): readonly number[] {
      return growth.map(([large, small]) => of(large) / of(small));
    }
    return resultOf({
      name: this.name,
      unit: 's',
      ours: stated.map(({ seconds }) => seconds),
      others: { limit: [LIMIT_SECONDS], 'with 300 instances': largest.map(({ seconds }) => seconds) },
      ratios: {
        limit: stated.map(({ seconds }) => seconds / LIMIT_SECONDS),
        'limit, with 300 instances': largest.map(({ seconds }) => seconds / LIMIT_SECONDS),
        'one queue call per pair, over ours': stated.map(({ queueCalls }) => pairs / queueCalls),
        'one table write per pair, over ours': stated.map(({ tableWrites }) => pairs / tableWrites),
        'one queue call per pair, over ours, with 300 instances': largest.map(
          ({ queueCalls }) => pairs / queueCalls,
        ),
        'one table write per pair, over ours, with 300 instances': largest.map(
          ({ tableWrites }) => pairs / tableWrites,
        ),
        [PROCESSOR]: grown(({ cpuSeconds, slices }) => cpuSeconds / slices),
        [PEAK]: grown(({ peakMib }) => peakMib),
      },
      targets: {
        limit: { atMost: 1 },
        'limit, with 300 instances': { atMost: 1 },
        'one queue call per pair, over ours': { atLeast: 50 },
        'one table write per pair, over ours': { atLeast: 50 },
        'one queue call per pair, over ours, with 300 instances': { atLeast: 50 },
        'one table write per pair, over ours, with 300 instances': { atLeast: 50 },
        [PROCESSOR]: { atMost: 1.2 },
        [PEAK]: { atMost: 1.2 },
      },
      notes: {
        'queue calls': median(stated.map(({ queueCalls }) => queueCalls)),
        'rows written': median(stated.map(({ tableWrites }) => tableWrites)),
        'seconds for 1,000,000 x 100': rounded(median(many.map(({ seconds }) => seconds))),
        'peak MiB for 1,000,000 x 100': rounded(median(many.map(({ peakMib }) => peakMib))),
      },
    });
  },
};
