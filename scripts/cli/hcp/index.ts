import type { Command } from 'commander';
import { runStackInHcp } from './run-stack';
import { type VariablesRequest, variables } from './variable-set';
import { workspaces } from './workspaces';

interface RunFlags {
  readonly stack: string;
  readonly out: string;
  readonly speculative?: true;
  readonly expect?: string;
  readonly message?: string;
  readonly policy?: string;
  readonly reviews?: string;
}

/** Adds `warmpath hcp …`. */
export function registerHcpCommands(program: Command): void {
  const hcp = program
    .command('hcp')
    .description('HCP Terraform and Terraform Enterprise: workspaces of the stacks, and runs from here');

  hcp
    .command('workspaces')
    .description(
      'compare the workspaces that the stacks name with those that are there: settings, tags, who reads whose state, run triggers; ends with 1 where they differ',
    )
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--apply', 'create what is missing (default: say what would be done)')
    .option(
      '--agent-pool <id>',
      'run them on own agents (default: what a workspace is set to, remote for a new one)',
    )
    .action(async ({ apply, ...flags }: { out: string; apply?: true; agentPool?: string }) => {
      process.exitCode = await workspaces({ ...flags, apply: apply === true });
    });

  hcp
    .command('variables')
    .description(
      'compare the variable set of an environment with the roles that its workspaces use in AWS; ends with 1 where it differs',
    )
    .requiredOption('--environment <name>', 'as environments.ts names it, such as prod')
    .requiredOption('--plan-role <arn>', 'role that plans')
    .requiredOption('--apply-role <arn>', 'role that applies')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--apply', 'create and change what differs (default: say what would be done)')
    .action(async ({ apply, ...flags }: Omit<VariablesRequest, 'apply'> & { apply?: true }) => {
      process.exitCode = await variables({ ...flags, apply: apply === true });
    });

  hcp
    .command('run')
    .description('upload a stack to its workspace, plan it there, and write the review of that plan')
    .requiredOption('--stack <name>', 'such as prewarm-prod')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--speculative', 'plan only, as for a pull request')
    .option(
      '--expect <fingerprint>',
      'apply the run where its plan is the one reviewed, or the JSON file of that review; discard it otherwise',
    )
    .option('--message <text>', 'of the run')
    .option('--policy <file>', 'JSON with further secrets; that of the review that is expected')
    .option('--reviews <folder>', 'write the review there as well, as STACK.json')
    .action(async ({ speculative, ...flags }: RunFlags) => {
      process.exitCode = await runStackInHcp({ ...flags, isSpeculative: speculative === true });
    });
}
