import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, inTurn, ratiosOf, resultOf } from './bench';
import { type Edges, startEdges } from './edges';
import { freshUrls, startBenchDns } from './engine-round';

const ROUNDS = 3;
const POPS = ['FRA56-P4', 'NRT57-P3', 'IAD89-P1'];
const URLS = 2_000;
const PAIRS = URLS * POPS.length;
const LATENCY_MS = 100;
/** From the first answer that a process gets; before it nothing can be lost. */
const KILL_AFTER_MS = 2_000;
const LOOK_EVERY_MS = 50;
const MOST_PROCESSES = 60;
const CLI = join(__dirname, '../cli/warmpath.cjs');

/**
 * Runs one list to its end, each process but the last killed, and returns the answers that the edges gave.
 * @throws where the run does not end
 */
async function killedRun(edges: Edges, resolver: string, round: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  const list = join(folder, 'list.txt');
  await writeFile(list, [...freshUrls(`crash-${round}`, URLS)].join('\n'));
  const args = [CLI, 'prewarm', 'run', list, '--pops', POPS.join(','), '--verify', 'none', '--quiet'];
  const places = ['--resolver', resolver, '--edge-port', String(edges.port), '--ca', edges.caFile];
  const before = await edges.countAnswers();
  try {
    for (let processes = 1; processes <= MOST_PROCESSES; processes += 1) {
      const begun = await edges.countAnswers();
      const child = spawn(process.execPath, [...args, ...places, '--data-dir', join(folder, 'data')], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = once(child, 'exit');
      while (child.exitCode === null && (await edges.countAnswers()) === begun)
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      const [code] = await ended;
      clearTimeout(kill);
      if (code === null) continue;
      if (code !== 0) throw new Error(`crash: the run ended with ${code}`);
      return (await edges.countAnswers()) - before;
    }
    throw new Error(`crash: the run has not ended after ${MOST_PROCESSES} processes`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run whose process is killed again and again: what is fetched twice. */
export const crash: Bench = {
  name: 'crash',
  summary: `${PAIRS} pairs, kill -9 two seconds after the first answer of each process: answers per pair`,
  async run(say) {
    const edges = await startEdges({ pops: POPS, objectBytes: 1024, latencyMs: LATENCY_MS, remember: true });
    const dns = await startBenchDns(edges);
    try {
      const { ours, pairs } = await inTurn(
        {
          ours: (round) => killedRun(edges, `127.0.0.1:${dns.port}`, round),
          pairs: async () => PAIRS,
        },
        { rounds: ROUNDS },
        say,
      );
      const others = { pairs };
      const targets = { pairs: { atMost: 1.05 } };
      const ratios = ratiosOf(ours, others);
      return resultOf({ name: this.name, unit: 'answers', ours, others, ratios, targets });
    } finally {
      await edges.close();
      await dns.close();
    }
  },
};
