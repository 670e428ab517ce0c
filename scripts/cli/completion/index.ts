import { Argument, type Command } from 'commander';
import { version } from '../../../package.json';
import { describeCommand } from './command-tree';
import { manualPage } from './manual';
import { completionFor, SHELLS, type Shell } from './shells';

/**
 * Adds `warmpath completion`.
 * @param whole makes the program with all commands of all groups
 */
export function registerCompletionCommand(program: Command, whole: () => Command): void {
  program
    .command('completion')
    .description('print what a shell reads to complete commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
bash  source <(warmpath completion bash), in ~/.bashrc
zsh   warmpath completion zsh > "\${fpath[1]}/_warmpath"
fish  warmpath completion fish > ~/.config/fish/completions/warmpath.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(completionFor(shell, describeCommand(whole())));
    });
}

/** Adds `warmpath man`; `whole` as for `registerCompletionCommand`. */
export function registerManualCommand(program: Command, whole: () => Command): void {
  program
    .command('man')
    .description('print the manual page: warmpath man | man -l -')
    .action(() => {
      process.stdout.write(manualPage(describeCommand(whole()), version));
    });
}
