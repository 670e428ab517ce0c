import { describeResult, runStacks } from '../build/terraform';
import {
  findProviderMirror,
  readConfiguration,
  remoteDataSources,
  synthesizedStacks,
  terraformVersion,
} from '../build/terraform-cli';

/** Seconds into the demo after which two stacks, one stack or none are planned; each keeps a core busy for some 8 seconds. */
const LATEST_START_SECONDS = { two: 8, one: 12 } as const;

/** One stack of each kind, which is its name without the environment. */
function onePerKind<Stack extends { readonly name: string }>(stacks: readonly Stack[]): Stack[] {
  return [...new Map(stacks.map((stack) => [stack.name.replace(/-[^-]+$/, ''), stack])).values()];
}

/**
 * Plans as many of the synthesized stacks with the real provider as fit into the demo's time, and returns one line per
 * stack, or one that says what is missing. Only stacks that ask AWS nothing while they are planned, so that no emulator
 * has to be started.
 * @throws Error where a plan fails
 */
export async function planSome(outFolder: string, secondsIntoDemo: number): Promise<readonly string[]> {
  if (terraformVersion() === undefined) return ['skipped: terraform (1.11 or later) is not installed'];
  if (findProviderMirror() === undefined) {
    return ['skipped: no copy of the AWS provider on this machine (set TF_PROVIDER_MIRROR to its folder)'];
  }
  if (secondsIntoDemo > LATEST_START_SECONDS.one) {
    return ['skipped: this machine is busy, a plan would not fit into 30 s (npm run plan does all stacks)'];
  }
  const all = synthesizedStacks(outFolder);
  const quiet = all.filter(({ folder }) => remoteDataSources(readConfiguration(folder)).length === 0);
  const count = secondsIntoDemo > LATEST_START_SECONDS.two ? 1 : 2;
  const results = await runStacks(onePerKind(quiet).slice(-count), 'plan');
  const lines = results.map(describeResult);
  if (results.some(({ kind }) => kind === 'failed')) throw new Error(`the plan failed:\n${lines.join('\n')}`);
  return [...lines, `the other ${all.length - results.length} stacks: npm run plan`];
}
