/** `npm run bench -- NAME [--json]`: see docs/performance.md. */
import { agentLarge } from './agent-large';
import { agentLatency } from './agent-latency';
import { agentSmall } from './agent-small';
import { aggregate } from './aggregate';
import type { Bench } from './bench';
import { crash } from './crash';
import { fanout } from './fanout';
import { far, short } from './far';
import { imageKeyBench } from './image-key';
import { imagePlan } from './image-plan';
import { memory } from './memory';
import { reviewBench } from './review';
import { startup } from './startup';
import { synth } from './synth';

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
  startup,
  synth,
];

function usage(): string {
  return [
    'usage: npm run bench -- NAME [--json]',
    '',
    ...BENCHES.map(({ name, summary }) => `  ${name.padEnd(16)}${summary}`),
  ].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const names = args.filter((arg) => !arg.startsWith('--'));
  const bench = BENCHES.find(({ name }) => name === names[0]);
  if (!bench || names.length !== 1) {
    process.stderr.write(`${usage()}\n`);
    return 2;
  }
  function say(line: string): void {
    if (!json) process.stdout.write(`${line}\n`);
  }
  say(`${bench.name}: ${bench.summary}`);
  const result = await bench.run(say);
  for (const [name, ratio] of Object.entries(result.ratios)) {
    const target = result.targets[name];
    const wanted =
      target && ('atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`);
    say(`ratio to ${name}: ${ratio}${target ? `; wanted ${wanted}: ${target.verdict}` : ''}`);
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return 0;
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
