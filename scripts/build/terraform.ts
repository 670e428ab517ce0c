/**
 * `npm run validate` and `npm run plan`: every stack of every environment through Terraform and the real AWS provider, with
 * fake credentials, an empty state and no network. Prints what each plan would create.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './functions';
import { type Emulator, provide, startEmulator } from './plan-emulator';
import {
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

/** Runs `init`, `validate` and, if asked for, `plan` on every stack; a stack that fails does not stop the others. */
export async function runStacks(
  stacks: readonly { readonly name: string; readonly folder: string }[],
  verb: Verb,
  onResult: (result: StackResult) => void = () => {},
): Promise<readonly StackResult[]> {
  const emulator = verb === 'plan' ? await emulatorFor(stacks.map(({ folder }) => folder)) : undefined;
  const workbench = new Workbench(emulator?.endpoint);
  const results: StackResult[] = [];
  const waiting = [...stacks];
  const worker = async () => {
    for (let stack = waiting.shift(); stack; stack = waiting.shift()) {
      const result = await runStack(workbench, stack, verb);
      results.push(result);
      onResult(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } finally {
    workbench.close();
    await emulator?.stop();
  }
  return results.sort((left, right) => left.name.localeCompare(right.name));
}

/** An emulator that has what the stacks' data sources ask for; undefined when none asks AWS, or none is installed. */
async function emulatorFor(folders: readonly string[]): Promise<Emulator | undefined> {
  const asking = folders.map(readConfiguration).filter((stack) => remoteDataSources(stack).length > 0);
  if (asking.length === 0) return undefined;
  const emulator = await startEmulator();
  if (emulator) await provide(emulator, asking);
  return emulator;
}

async function runStack(
  workbench: Workbench,
  { name, folder }: { readonly name: string; readonly folder: string },
  verb: Verb,
): Promise<StackResult> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const copy = workbench.copyOf(folder);
    await workbench.init(copy);
    await workbench.validate(copy);
    if (verb === 'validate') return { kind: 'passed', name, seconds: seconds() };
    const counts = await workbench.plan(copy);
    return { kind: 'passed', name, seconds: seconds(), counts };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', name, seconds: seconds(), message };
  }
}

/** One line of a result, for people. */
export function describeResult(result: StackResult): string {
  const outcome =
    result.kind === 'failed'
      ? `failed: ${result.message}`
      : result.counts
        ? `${result.counts.add} to add, ${result.counts.change} to change, ${result.counts.destroy} to destroy`
        : 'valid';
  return `${result.name.padEnd(28)} ${result.seconds.toFixed(1).padStart(5)} s  ${outcome}`;
}

async function main(verb: string | undefined): Promise<number> {
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
    synthesize(repositoryRoot, outFolder);
    const results = await runStacks(synthesizedStacks(outFolder), verb, (result) => {
      console.log(describeResult(result));
    });
    const failed = results.filter(({ kind }) => kind === 'failed').length;
    console.log(`${results.length - failed} stacks passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(outFolder, { recursive: true, force: true });
  }
}

if (require.main === module)
  main(process.argv[2]).then((code) => {
    process.exitCode = code;
  });
