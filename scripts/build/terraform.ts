/**
 * `npm run validate` and `npm run plan`: every stack of every environment, or `-- STACK…` alone, through Terraform and the
 * real AWS provider, with fake credentials, an empty state and no network. Prints what each plan would create.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmpathError } from '../../lambdas/errors/warmpath-error';
import { repositoryRoot } from './functions';
import { type Emulator, provide, startEmulator } from './plan-emulator';
import {
  type Configuration,
  type PlanCounts,
  readConfiguration,
  remoteDataSources,
  synthesize,
  synthesizedStacks,
  terraformVersion,
  Workbench,
} from './terraform-cli';

export type Verb = 'validate' | 'plan';

export type StackResult =
  | { readonly kind: 'passed'; readonly name: string; readonly seconds: number; readonly counts?: PlanCounts }
  | { readonly kind: 'failed'; readonly name: string; readonly seconds: number; readonly message: string };

/** Each plan holds the provider, 0.7 GB, in memory and keeps a core busy. */
const PARALLEL = 2;

/** Runs `init`, `validate` and, if asked for, `plan` on every stack; a stack that fails does not stop the others. `say` hears what is done while it is. */
export async function runStacks(
  stacks: readonly { readonly name: string; readonly folder: string }[],
  verb: Verb,
  onResult: (result: StackResult) => void = () => {},
  say: (what: string) => void = () => {},
): Promise<readonly StackResult[]> {
  if (verb === 'plan') say('starting a stand-in for what the plans look up in AWS');
  const emulators =
    verb === 'plan' ? await emulatorsFor(stacks.map(({ folder }) => folder)) : new Map<string, Emulator>();
  const workbench = new Workbench();
  const results: StackResult[] = [];
  const waiting = [...stacks];
  async function worker() {
    for (let stack = waiting.shift(); stack; stack = waiting.shift()) {
      const result = await runStack(workbench, emulators, stack, verb, say);
      results.push(result);
      onResult(result);
    }
  }
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } finally {
    workbench.close();
    await Promise.all([...emulators.values()].map((emulator) => emulator.stop()));
  }
  return results.sort((left, right) => left.name.localeCompare(right.name));
}

type Emulators = ReadonlyMap<string, Emulator>;

/** For each account whose stacks ask AWS while they are planned, an emulator that has what they ask for. */
async function emulatorsFor(folders: readonly string[]): Promise<Emulators> {
  const emulators = new Map<string, Emulator>();
  for (const stack of folders.map(readConfiguration)) {
    if (remoteDataSources(stack).length === 0) continue;
    const account = accountOf(stack);
    const emulator = emulators.get(account) ?? (await startEmulator(account));
    if (!emulator) continue;
    emulators.set(account, emulator);
    await provide(emulator, stack);
  }
  return emulators;
}

function accountOf(stack: Configuration): string {
  return stack.provider?.aws?.[0]?.allowed_account_ids?.[0] ?? '123456789012';
}

async function runStack(
  workbench: Workbench,
  emulators: Emulators,
  { name, folder }: { readonly name: string; readonly folder: string },
  verb: Verb,
  say: (what: string) => void,
): Promise<StackResult> {
  const started = performance.now();
  function seconds() {
    return (performance.now() - started) / 1000;
  }
  try {
    const copy = workbench.copyOf(folder);
    say(`${name}: terraform init, with the copy of the provider on this machine`);
    await workbench.init(copy);
    say(`${name}: terraform validate`);
    await workbench.validate(copy);
    if (verb === 'validate') return { kind: 'passed', name, seconds: seconds() };
    say(`${name}: terraform plan, without credentials and with an empty state`);
    const counts = await workbench.plan(copy, emulators.get(accountOf(readConfiguration(folder)))?.endpoint);
    return { kind: 'passed', name, seconds: seconds(), counts };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', name, seconds: seconds(), message };
  }
}

/** Returns the result of a stack as a line of text. */
export function describeResult(result: StackResult): string {
  const outcome =
    result.kind === 'failed'
      ? `failed: ${result.message}`
      : result.counts
        ? `${result.counts.add} to add, ${result.counts.change} to change, ${result.counts.destroy} to destroy`
        : 'valid';
  return `${result.name.padEnd(28)} ${result.seconds.toFixed(1).padStart(5)} s  ${outcome}`;
}

/**
 * The stacks with these names; all of them where there is no name.
 * @throws UnknownStacks that lists the names there are
 */
export function chooseStacks<Stack extends { readonly name: string }>(
  stacks: readonly Stack[],
  names: readonly string[],
): readonly Stack[] {
  const known = stacks.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UnknownStacks(`stack: got ${unknown.join(', ')}; allowed ${known.join(', ')}`);
  return names.length === 0 ? stacks : stacks.filter(({ name }) => names.includes(name));
}

export class UnknownStacks extends WarmpathError {
  override readonly name = 'UnknownStacks';

  constructor(message: string, options?: ErrorOptions) {
    super('BAD_INPUT', message, options);
  }
}

/** What goes on is said on standard error: standard output has the results alone. */
function say(what: string): void {
  console.error(`${what} …`);
}

async function main(verb: string | undefined, names: readonly string[]): Promise<number> {
  if (verb !== 'validate' && verb !== 'plan') {
    console.error(`terraform.ts: got ${verb ?? 'no verb'}; allowed validate, plan`);
    return 2;
  }
  if (terraformVersion() === undefined) {
    console.error('terraform is not installed: nothing was checked. Install Terraform 1.11 or later.');
    return 1;
  }
  const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-synth-'));
  try {
    say('synthesizing all stacks');
    synthesize(repositoryRoot, outFolder);
    const stacks = chooseStacks(synthesizedStacks(outFolder), names);
    function tell(result: StackResult): void {
      console.log(describeResult(result));
    }
    const results = await runStacks(stacks, verb, tell, say);
    const failed = results.filter(({ kind }) => kind === 'failed').length;
    console.log(`${results.length - failed} stacks passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UnknownStacks)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    rmSync(outFolder, { recursive: true, force: true });
  }
}

if (require.main === module)
  main(process.argv[2], process.argv.slice(3)).then((code) => {
    process.exitCode = code;
  });
