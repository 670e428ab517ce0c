import { once } from 'node:events';
import { type Bench, inTurn, ratiosOf, resultOf } from './bench';
import { prepareCliRun } from './cli-run';
import { type Edges, startEdges } from './edges';
import { freshUrls, startBenchDns } from './engine-round';

const ROUNDS = 3;
const POPS = ['FRA56-P4', 'NRT57-P3', 'IAD89-P1'];
const URLS = 2_000;
/** Ten times as many: on a machine that nobody else uses the short list is over before the first kill. */
const MANY_URLS = 20_000;
const LATENCY_MS = 100;
/** From the first answer that a process gets; before it nothing can be lost. */
const KILL_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 50;
const MOST_PROCESSES = 60;
/** A round on a machine that gets nowhere is given up, and not counted. */
const LONGEST_MS = 120_000;

interface Killed {
  readonly answersPerPair: number;
  readonly kills: number;
}

/**
 * Runs one list to its end, each process but the last killed.
 * @throws where the run does not end
 */
async function killedRun(edges: Edges, dnsPort: number, prefix: string, urls: number): Promise<Killed> {
  const run = await prepareCliRun(edges, dnsPort, freshUrls(prefix, urls));
  const endsAt = performance.now() + LONGEST_MS;
  const before = await edges.countAnswers();
  try {
    for (let kills = 0; kills < MOST_PROCESSES && performance.now() < endsAt; kills += 1) {
      const begun = await edges.countAnswers();
      const child = run.start('--verify', 'none');
      const ended = once(child, 'exit');
      while (child.exitCode === null && performance.now() < endsAt && (await edges.countAnswers()) === begun)
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      const [code] = await ended;
      clearTimeout(kill);
      if (code === null && !run.hasReported()) continue;
      if (code !== 0 && code !== null) throw new Error(`the run ended with ${code}`);
      return { answersPerPair: ((await edges.countAnswers()) - before) / (urls * POPS.length), kills };
    }
    throw new Error(`the run has not ended after ${MOST_PROCESSES} processes or ${LONGEST_MS / 1_000} s`);
  } finally {
    await run.close();
  }
}

/** Runs whose process is killed again and again: what is fetched twice. */
export const crash: Bench = {
  name: 'crash',
  summary: `${URLS * POPS.length} pairs and ten times as many, kill -9 three seconds after each process's first answer: answers per pair`,
  async run(say) {
    const edges = await startEdges({ pops: POPS, objectBytes: 1024, latencyMs: LATENCY_MS, remember: true });
    const dns = await startBenchDns(edges);
    async function measure(name: string, urls: number): Promise<number> {
      const { answersPerPair, kills } = await killedRun(edges, dns.port, name, urls);
      say(`${urls * POPS.length} pairs: ${kills} kills`);
      return answersPerPair;
    }
    try {
      const { ours, many, pairs } = await inTurn(
        {
          ours: (round) => measure(`crash-${round}`, URLS),
          many: (round) => measure(`many-${round}`, MANY_URLS),
          pairs: async () => 1,
        },
        { rounds: ROUNDS },
        say,
      );
      return resultOf({
        name: this.name,
        unit: 'answers per pair',
        ours,
        others: { 'ten times the list': many },
        ratios: { ...ratiosOf(ours, { pairs }), 'pairs, ten times the list': many },
        targets: { pairs: { atMost: 1.05 }, 'pairs, ten times the list': { atMost: 1.05 } },
      });
    } finally {
      await edges.close();
      await dns.close();
    }
  },
};
