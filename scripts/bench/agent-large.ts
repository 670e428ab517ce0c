import { type Bench, type Contestant, inTurn, ratiosOf, resultOf } from './bench';
import { startEdges } from './edges';
import { freshUrls, runEngine } from './engine-round';
import { isInstalled, wrk } from './rivals';

const ROUNDS = 5;
const URLS = 200;
const OBJECT_BYTES = 10 * 2 ** 20;
const WRK_SECONDS = 4;

/** Objects of 10 MiB: what a byte costs. */
export const agentLarge: Bench = {
  name: 'agent-large',
  summary: '10 MiB objects, bytes per second, against wrk',
  async run(say) {
    const edges = await startEdges({
      pops: ['FRA56-P4'],
      objectBytes: OBJECT_BYTES,
      latencyMs: 0,
      remember: true,
    });
    try {
      const contestants: Record<string, Contestant> = {
        ours: async (round) => {
          const { seconds, bytes } = await runEngine({ edges, urls: freshUrls(`ours-${round}`, URLS) });
          return bytes / seconds;
        },
      };
      if (await isInstalled('wrk'))
        contestants['wrk -t1 -c64'] = async () => (await wrk(edges, '/wrk', WRK_SECONDS)).bytesPerSecond;
      const { ours = [], ...others } = await inTurn(contestants, { rounds: ROUNDS }, say);
      const targets = { 'wrk -t1 -c64': { atLeast: 1 } };
      const ratios = ratiosOf(ours, others);
      return resultOf({ name: this.name, unit: 'bytes/s', ours, others, ratios, targets });
    } finally {
      await edges.close();
    }
  },
};
