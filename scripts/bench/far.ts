import { type Bench, type BenchResult, type Contestant, inTurn, ratiosOf, resultOf } from './bench';
import { secondsOfCurl, secondsOfRun } from './cli-run';
import { startEdges } from './edges';
import { freshUrls, startBenchDns } from './engine-round';
import { isInstalled } from './rivals';

const ROUNDS = 3;
const LATENCY_MS = 150;

interface DistantList {
  readonly name: string;
  readonly urls: number;
  readonly pops: number;
  readonly limitSeconds: number;
}

async function measure(
  { name, urls, pops, limitSeconds }: DistantList,
  say: (line: string) => void,
): Promise<BenchResult> {
  const edges = await startEdges({
    pops: Array.from({ length: pops }, (_, index) => `FRA${index + 50}-P1`),
    objectBytes: 1024,
    latencyMs: LATENCY_MS,
    remember: true,
  });
  const dns = await startBenchDns(edges);
  try {
    const contestants: Record<string, Contestant> = {
      ours: (round) => secondsOfRun(edges, dns.port, freshUrls(`${name}-${round}`, urls)),
      limit: async () => limitSeconds,
    };
    if (await isInstalled('curl'))
      contestants['curl --parallel-max 300'] = (round) =>
        secondsOfCurl(edges, [...freshUrls(`curl-${round}`, urls)]);
    const { ours = [], ...others } = await inTurn(contestants, { rounds: ROUNDS }, say);
    const targets = { limit: { atMost: 1 } };
    return resultOf({ name, unit: 'seconds', ours, others, ratios: ratiosOf(ours, others), targets });
  } finally {
    await edges.close();
    await dns.close();
  }
}

/** Many PoPs far away: 4.5 s would be 1,000 fetches in flight from the first moment to the last. */
export const far: Bench = {
  name: 'far',
  summary: 'seconds of a whole `prewarm run`: 1,000 URLs x 30 PoPs, edges that take 150 ms',
  run: (say) => measure({ name: 'far', urls: 1_000, pops: 30, limitSeconds: 6 }, say),
};

/** A short list through PoPs far away, where the start of the program counts. */
export const short: Bench = {
  name: 'short',
  summary: 'seconds of a whole `prewarm run`: 200 URLs x 5 PoPs, edges that take 150 ms',
  run: (say) => measure({ name: 'short', urls: 200, pops: 5, limitSeconds: 1 }, say),
};
