import type { Command } from 'commander';
import { registerIpRangesCommand } from './ip-ranges-command';
import { registerListenCommand } from './listen-command';
import { registerPopsCommand } from './pops-command';
import { registerRequestCommands } from './requests-command';
import { registerRunCommand } from './run-command';
import { registerServeCommand } from './serve-command';
import { registerSubmitCommands } from './submit-command';

/** Adds `warmpath prewarm …`. Each subcommand loads what it runs on only when it runs. */
export function registerPrewarmCommands(program: Command): void {
  const prewarm = program
    .command('prewarm')
    .description('warm CloudFront edges: download every URL through every point of presence');
  registerRunCommand(prewarm);
  registerSubmitCommands(prewarm);
  registerRequestCommands(prewarm);
  registerServeCommand(prewarm);
  registerPopsCommand(prewarm);
  registerIpRangesCommand(prewarm);
  registerListenCommand(prewarm);
}
