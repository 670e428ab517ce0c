import { type Bench, rounded } from './bench';
import { CALL_MS, type FlowSize, measureFlow } from './flow-round';

const STATED: FlowSize = { urls: 10_000, pops: 34, instances: 10 };
/** As many slices as a list of this length is ever cut into. */
const LARGEST_FLEET: FlowSize = { ...STATED, instances: 300 };
const GROWTH: readonly FlowSize[] = [
  { urls: 100_000, pops: 100, instances: 10 },
  { urls: 1_000_000, pops: 100, instances: 10 },
];

/** Counting the results of a request on the AWS adapters; a process whose counters are not exact fails the bench. */
export const aggregate: Bench = {
  name: 'aggregate',
  summary: `rows written to count 10,000 URLs x 34 PoPs exactly, each call of the tables at ${CALL_MS} ms`,
  async run(say) {
    const rounds = await measureFlow('./aggregate-process.ts', [STATED, LARGEST_FLEET, ...GROWTH], say);
    const [stated, largest, few, many] = rounds;
    if (!stated || !largest || !few || !many) throw new Error('aggregate: a round is missing');
    const pairs = STATED.urls * STATED.pops;
    function perSlice(round: { readonly cpuSeconds: number; readonly slices: number }): number {
      return round.cpuSeconds / round.slices;
    }
    return {
      name: this.name,
      unit: 'rows written',
      ours: stated.tableWrites,
      others: { 'one per URL and PoP': pairs, 'with 300 instances': largest.tableWrites },
      ratios: {
        'one write per URL and PoP, over ours': rounded(pairs / stated.tableWrites),
        'one write per URL and PoP, over ours, with 300 instances': rounded(pairs / largest.tableWrites),
        'slice records per writing call': rounded(stated.slices / stated.tableWriteCalls),
        'slice records per writing call, with 300 instances': rounded(
          largest.slices / largest.tableWriteCalls,
        ),
        'processor time per slice, 1,000,000 x 100 over 100,000 x 100': rounded(
          perSlice(many) / perSlice(few),
        ),
        'peak memory, 1,000,000 x 100 over 100,000 x 100': rounded(many.peakMib / few.peakMib),
      },
      targets: {
        'one write per URL and PoP, over ours': 20,
        'one write per URL and PoP, over ours, with 300 instances': 20,
        'slice records per writing call': 20,
        'slice records per writing call, with 300 instances': 20,
        'processor time per slice, 1,000,000 x 100 over 100,000 x 100 (at most)': 1.2,
        'peak memory, 1,000,000 x 100 over 100,000 x 100 (at most)': 1.2,
      },
      notes: {
        'rows written per slice record': rounded(stated.tableWrites / stated.slices),
        'writing calls': stated.tableWriteCalls,
        'seconds for 1,000,000 x 100': rounded(many.seconds),
        'peak MiB for 1,000,000 x 100': rounded(many.peakMib),
      },
    };
  },
};
