import { describeResult, runStacks } from '../build/terraform';
import {
  findProviderMirror,
  readConfiguration,
  remoteDataSources,
  synthesizedStacks,
  terraformVersion,
} from '../build/terraform-cli';

/** Stacks planned at the same time, on as many cores; each takes some 10 seconds. */
const STACKS_PLANNED = 2;

/**
 * Plans some of the synthesized stacks with the real provider and answers one line per stack, or one that says what is
 * missing. Only stacks that ask AWS nothing while they are planned, so that no emulator has to be started.
 */
export const planSome = async (outFolder: string): Promise<readonly string[]> => {
  if (terraformVersion() === undefined) return ['skipped: terraform (1.11 or later) is not installed'];
  if (findProviderMirror() === undefined) {
    return ['skipped: no copy of the AWS provider on this machine (set TF_PROVIDER_MIRROR to its folder)'];
  }
  const all = synthesizedStacks(outFolder);
  const quiet = all.filter(({ folder }) => remoteDataSources(readConfiguration(folder)).length === 0);
  const results = await runStacks(quiet.slice(-STACKS_PLANNED), 'plan');
  const rest = all.length - results.length;
  const failed = results.some(({ kind }) => kind === 'failed');
  if (failed) throw new Error(`the plan failed:\n${results.map(describeResult).join('\n')}`);
  return [...results.map(describeResult), `the other ${rest} stacks: npm run plan`];
};
