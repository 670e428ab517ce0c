import type { Command } from 'commander';
import { BadInput } from '../bad-input';

interface CommonFlags {
  readonly file: string;
  readonly all?: true;
  readonly json?: true;
}

interface PlanFlags extends CommonFlags {
  readonly offline?: true;
  readonly detailedExitcode?: true;
}

// `require` and not `import()`: the launcher turns TypeScript into CommonJS on the fly, and only a require passes there.
// Each command loads what it needs when it runs.
function planCommand(): typeof import('./commands/plan') {
  return require('./commands/plan');
}

const SUMMARY = 'build only what changed, pin what was built, prune what nobody runs';

/** Adds `warmpath image …`. */
export function registerImageCommands(program: Command): void {
  const image = program
    .command('image')
    .description(SUMMARY)
    .addHelpText(
      'after',
      '\nExit codes of every command: 0 done, 1 failed, 2 bad input and nothing was started.',
    );

  common(image.command('plan [images...]'))
    .description('tell for each image whether it must be built, and what changed')
    .option('--offline', 'compare with images.lock.json and ask no registry')
    .option('--detailed-exitcode', 'exit with 3 where an image must be built')
    .action(async (names: readonly string[], flags: PlanFlags) => {
      process.exitCode = await planCommand().plan({
        ...selected(names, flags),
        offline: flags.offline === true,
        detailedExitcode: flags.detailedExitcode === true,
      });
    });
}

function common(command: Command): Command {
  return command
    .option('--file <path>', 'which images there are and how each is built', 'images.json')
    .option('--all', 'every image of the file (the default where none is named)')
    .option('--json', 'one JSON object on standard output');
}

function selected(names: readonly string[], flags: CommonFlags) {
  if (flags.all && names.length > 0) {
    throw new BadInput('--all: got names of images too; allowed: one of the two; leave one out');
  }
  return { file: flags.file, names, json: flags.json === true };
}
