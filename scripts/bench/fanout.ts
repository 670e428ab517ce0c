import { type Bench, rounded } from './bench';
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

/** Planning a request on the AWS adapters: PoPs, totals, every slice queued. */
export const fanout: Bench = {
  name: 'fanout',
  summary: `seconds to queue 10,000 URLs x 34 PoPs, each call of queue, tables and DNS at ${CALL_MS} ms`,
  async run(say) {
    const rounds = await measureFlow('./fanout-process.ts', [STATED, LARGEST_FLEET, ...GROWTH], say);
    const [stated, largest, , few, many] = rounds;
    if (!stated || !largest || !few || !many) throw new Error('fanout: a round is missing');
    const pairs = STATED.urls * STATED.pops;
    function perSlice(round: { readonly cpuSeconds: number; readonly slices: number }): number {
      return round.cpuSeconds / round.slices;
    }
    return {
      name: this.name,
      unit: 's',
      ours: rounded(stated.seconds),
      others: { limit: LIMIT_SECONDS, 'with 300 instances': rounded(largest.seconds) },
      ratios: {
        limit: rounded(stated.seconds / LIMIT_SECONDS),
        'limit, with 300 instances': rounded(largest.seconds / LIMIT_SECONDS),
        'one queue call per pair, over ours': rounded(pairs / stated.queueCalls),
        'one table write per pair, over ours': rounded(pairs / stated.tableWrites),
        'one queue call per pair, over ours, with 300 instances': rounded(pairs / largest.queueCalls),
        'one table write per pair, over ours, with 300 instances': rounded(pairs / largest.tableWrites),
        'processor time per slice, 1,000,000 x 100 over 100,000 x 100': rounded(
          perSlice(many) / perSlice(few),
        ),
        'peak memory, 1,000,000 x 100 over 100,000 x 100': rounded(many.peakMib / few.peakMib),
      },
      targets: {
        'limit (at most)': 1,
        'limit, with 300 instances (at most)': 1,
        'one queue call per pair, over ours': 50,
        'one table write per pair, over ours': 50,
        'one queue call per pair, over ours, with 300 instances': 50,
        'one table write per pair, over ours, with 300 instances': 50,
        'processor time per slice, 1,000,000 x 100 over 100,000 x 100 (at most)': 1.2,
        'peak memory, 1,000,000 x 100 over 100,000 x 100 (at most)': 1.2,
      },
      notes: {
        'queue calls': stated.queueCalls,
        'rows written': stated.tableWrites,
        'seconds for 1,000,000 x 100': rounded(many.seconds),
        'peak MiB for 1,000,000 x 100': rounded(many.peakMib),
      },
    };
  },
};
