import { type Bench, type Contestant, inTurn, ratiosOf, resultOf } from './bench';
import { startEdges } from './edges';
import { freshUrls, runEngine } from './engine-round';
import { isInstalled, wrk } from './rivals';

const ROUNDS = 3;
/** The thousand handshakes of the first seconds shall not be what is measured. */
const URLS = 200_000;
const LATENCY_MS = 100;
const CONCURRENCY = 1_000;
const WRK_SECONDS = 10;

/** Edges that answer after 100 ms: whether the search finds that a thousand fetches at a time are best. */
export const agentLatency: Bench = {
  name: 'agent-latency',
  summary: 'edges that take 100 ms, answers per second, against 1,000 / 0.1 s',
  async run(say) {
    const edges = await startEdges({
      pops: ['FRA56-P4'],
      objectBytes: 1024,
      latencyMs: LATENCY_MS,
      remember: true,
    });
    try {
      const contestants: Record<string, Contestant> = {
        ours: async (round) => {
          const before = await edges.countAnswers();
          const urls = freshUrls(`ours-${round}`, URLS);
          const { seconds } = await runEngine({ edges, urls, maxFetchesInFlight: CONCURRENCY });
          // Proofs by HEAD take their place among the thousand, and their 100 ms, as downloads do.
          return ((await edges.countAnswers()) - before) / seconds;
        },
        'concurrency / latency': async () => CONCURRENCY / (LATENCY_MS / 1000),
      };
      if (await isInstalled('wrk'))
        contestants[`wrk -t1 -c${CONCURRENCY}`] = async () =>
          (await wrk(edges, '/wrk', WRK_SECONDS, CONCURRENCY)).requestsPerSecond;
      const { ours = [], ...others } = await inTurn(contestants, { rounds: ROUNDS }, say);
      const targets = {
        'concurrency / latency': { atLeast: 0.92 },
        [`wrk -t1 -c${CONCURRENCY}`]: { atLeast: 1 },
      };
      const ratios = ratiosOf(ours, others);
      return resultOf({ name: this.name, unit: 'answers/s', ours, others, ratios, targets });
    } finally {
      await edges.close();
    }
  },
};
