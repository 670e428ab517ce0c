import { type Bench, type Contestant, inTurn, ratiosOf, resultOf } from './bench';
import { startEdges } from './edges';
import { freshUrls, runEngine } from './engine-round';
import { curlParallel, curlPerUrl, isInstalled, wrk } from './rivals';

const ROUNDS = 5;
const URLS = 60_000;
const CURL_URLS = 10_000;
const CURL_PROCESSES = 150;
const WRK_SECONDS = 3;

/** Objects of 1 KiB: what a fetch costs besides its bytes. */
export const agentSmall: Bench = {
  name: 'agent-small',
  summary: '1 KiB objects, URLs per second, against curl and wrk',
  async run(say) {
    const edges = await startEdges({ pops: ['FRA56-P4'], objectBytes: 1024, latencyMs: 0, remember: true });
    try {
      const contestants: Record<string, Contestant> = {
        ours: async (round) => {
          const { seconds, fetches } = await runEngine({ edges, urls: freshUrls(`ours-${round}`, URLS) });
          return fetches / seconds;
        },
      };
      if (await isInstalled('curl')) {
        contestants['curl --parallel'] = (round) =>
          curlParallel(edges, freshUrls(`parallel-${round}`, CURL_URLS));
        contestants['curl per URL x 6'] = (round) =>
          curlPerUrl(edges, freshUrls(`single-${round}`, CURL_PROCESSES));
      }
      if (await isInstalled('wrk'))
        contestants['wrk -t1 -c64'] = async () => (await wrk(edges, '/wrk', WRK_SECONDS)).requestsPerSecond;
      const { ours = [], ...others } = await inTurn(contestants, { rounds: ROUNDS }, say);
      const targets = {
        'curl --parallel': { atLeast: 2.5 },
        'curl per URL x 6': { atLeast: 100 },
        'wrk -t1 -c64': { atLeast: 0.6 },
      };
      const ratios = ratiosOf(ours, others);
      return resultOf({ name: this.name, unit: 'URLs/s', ours, others, ratios, targets });
    } finally {
      await edges.close();
    }
  },
};
