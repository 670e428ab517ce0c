/**
 * `npm run test:live -- ENVIRONMENT`: deploys the stacks of an environment into a real account, looks at what no emulator can
 * show, and destroys them. Never in CI.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import { refusalsOf } from '../build/check-deployable';
import { repositoryRoot } from '../build/functions';
import { readConfiguration } from '../build/terraform-cli';
import { BadInput } from '../cli/bad-input';
import { collectWhole } from '../cli/option-values';
import { quietAwsSdk } from '../cli/quiet-aws-sdk';
import { liveChecks } from './checks';
import { costsOf } from './costs';
import { DeployedStack, run } from './deployed-stack';
import { runLiveTest } from './live-test';

const PARTS = ['ai-shell-ecs', 'prewarm'] as const;

interface LiveFlags {
  readonly warm: readonly string[];
  readonly only?: (typeof PARTS)[number];
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Where the input ends without an answer, there is none.
    return await Promise.race([
      terminal.question(question),
      new Promise<string>((resolve) => {
        terminal.once('close', () => resolve(''));
      }),
    ]);
  } finally {
    terminal.close();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Aborted by the first of the signals that end a command; the further ones change nothing. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!controller.signal.aborted) say('interrupted: what is deployed is destroyed');
      controller.abort();
    });
  // The terminal may be gone; what is deployed is destroyed all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return controller.signal;
}

async function testLive(environment: string, { warm, only }: LiveFlags): Promise<number> {
  if (process.env['CI'])
    throw new BadInput('CI is set; allowed from a terminal only: the test spends money and asks before');
  await run('npm', ['run', '--silent', 'synth'], repositoryRoot, 'kept');
  const isEmulated = process.env['AWS_ENDPOINT_URL'] !== undefined;
  const names = PARTS.filter((part) => only === undefined || part === only).map(
    (part) => `${part}-${environment}`,
  );
  const refusals = isEmulated ? [] : refusalsOf(join(repositoryRoot, 'cdktf.out'), names);
  if (refusals.length > 0) throw new BadInput(refusals.join('\n'));
  const interrupted = interruption();
  const stacks = names.map((name) => new DeployedStack(repositoryRoot, name, interrupted));
  const configurations = stacks.map(({ stack: name }) => ({
    name,
    configuration: readConfiguration(join(repositoryRoot, 'cdktf.out', 'stacks', name)),
  }));
  return runLiveTest({
    environment,
    deployments: stacks,
    costs: costsOf(configurations),
    ask,
    say,
    interrupted,
    checks: async () => {
      const outputs = new Map<string, Awaited<ReturnType<DeployedStack['outputs']>>>();
      for (const stack of stacks) outputs.set(stack.stack, await stack.outputs());
      const [shell, prewarm] = PARTS.map((part) => outputs.get(`${part}-${environment}`));
      const providerVersion = await stacks[0]?.providerVersion();
      return liveChecks({
        ...(shell !== undefined && { shell }),
        ...(prewarm !== undefined && { prewarm }),
        ...(providerVersion !== undefined && { providerVersion }),
        region: configurations[0]?.configuration.provider?.aws?.[0]?.region ?? 'eu-central-1',
        urls: warm,
        interrupted,
        isEmulated,
        warmpath: (...args) =>
          run(process.execPath, ['scripts/cli/warmpath.cjs', ...args], repositoryRoot, 'kept'),
      });
    },
  });
}

const program = new Command('npm run test:live --')
  .description(
    'Deploys an environment into a real account, looks at what no emulator can show, and destroys it.',
  )
  .argument('<ENVIRONMENT>', 'of environments.ts; its stacks must not be deployed yet')
  .option('--warm <URL>', 'an object of a distribution of yours; repeatable', collectWhole, [])
  .option('--only <part>', `one of ${PARTS.join(', ')} (default: both)`)
  .addHelpText(
    'after',
    '\nExit codes: 0 nothing is different and all is destroyed, 1 otherwise, 2 bad input and nothing was started.',
  )
  .action(async (environment: string, flags: LiveFlags) => {
    process.exitCode = await testLive(environment, flags);
  });

quietAwsSdk();
program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`test:live: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WarmpathError ? error.exitCode : 1;
});
