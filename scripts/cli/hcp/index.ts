import type { Command } from 'commander';
import { workspaces } from './workspaces';

/** Adds `warmpath hcp …`. */
export function registerHcpCommands(program: Command): void {
  const hcp = program
    .command('hcp')
    .description('HCP Terraform and Terraform Enterprise: the workspaces of the stacks');

  hcp
    .command('workspaces')
    .description(
      'compare the workspaces that the stacks name with those that are there; ends with 1 where they differ',
    )
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--apply', 'create what is missing (default: say what would be done)')
    .action(async ({ out, apply }: { out: string; apply?: true }) => {
      process.exitCode = await workspaces({ out, apply: apply === true });
    });
}
