/** `npm run bench -- NAME [--json]`: see docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { agentLarge } from './agent-large';
import { agentLatency } from './agent-latency';
import { agentSmall } from './agent-small';
import { aggregate } from './aggregate';
import type { Bench, BenchResult } from './bench';
import { crash } from './crash';
import { fanout } from './fanout';
import { far, short } from './far';
import { imageKeyBench } from './image-key';
import { imagePlan } from './image-plan';
import { memory } from './memory';
import { reviewBench } from './review';
import { rollout } from './rollout';
import { startup } from './startup';
import { synth } from './synth';
import { withFigures } from './table';
import { warmPool } from './warm-pool';

const BENCHES: readonly Bench[] = [
  agentSmall,
  agentLarge,
  agentLatency,
  far,
  short,
  memory,
  crash,
  fanout,
  aggregate,
  reviewBench,
  imageKeyBench,
  imagePlan,
  rollout,
  warmPool,
  startup,
  synth,
];

const DOCUMENT = join(__dirname, '../../docs/performance.md');

function usage(): string {
  return [
    'usage: npm run bench -- NAME... [--json]',
    '       npm run bench -- all [--json]   --json: also writes the table of docs/performance.md',
    '',
    ...BENCHES.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`),
  ].join('\n');
}

async function measure(bench: Bench, say: (line: string) => void): Promise<BenchResult> {
  say(`${bench.name}: ${bench.summary}`);
  const result = await bench.run(say);
  for (const [name, ratio] of Object.entries(result.ratios)) {
    const target = result.targets[name];
    const wanted =
      target && ('atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`);
    say(`ratio to ${name}: ${ratio}${target ? `; wanted ${wanted}: ${target.verdict}` : ''}`);
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}

function origin(): string {
  const day = new Date().toISOString().slice(0, 10);
  const load = loadavg().map((value) => value.toFixed(1));
  return (
    `Measured on ${day} by \`npm run bench -- all --json\`: Node ${process.versions.node}, ${availableParallelism()} cores, ` +
    `which the edges share; load of 1, 5 and 15 minutes at the end ${load.join(', ')}. A row whose bench could not be run is older.`
  );
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const names = args.filter((arg) => !arg.startsWith('--'));
  const all = names.join() === 'all';
  const benches = all ? BENCHES : BENCHES.filter(({ name }) => names.includes(name));
  if (benches.length === 0 || (!all && benches.length !== names.length)) {
    process.stderr.write(`${usage()}\n`);
    return 2;
  }
  function say(line: string): void {
    if (!json) process.stdout.write(`${line}\n`);
  }
  const results: BenchResult[] = [];
  for (const bench of benches) {
    try {
      results.push(await measure(bench, say));
    } catch (error) {
      process.stderr.write(`${bench.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  if (all && json && results.length > 0) {
    writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), results, origin()));
    process.stderr.write('wrote the table of docs/performance.md\n');
  }
  return results.length === benches.length ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
