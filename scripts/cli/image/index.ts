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

function buildCommand(): typeof import('./commands/build') {
  return require('./commands/build');
}

function pushCommand(): typeof import('./commands/push') {
  return require('./commands/push');
}

function releaseCommand(): typeof import('./commands/release') {
  return require('./commands/release');
}

function rollbackCommand(): typeof import('./commands/rollback') {
  return require('./commands/rollback');
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

  common(image.command('build [images...]'))
    .description('build, whatever the registry has, and keep the result for push')
    .action(async (names: readonly string[], flags: CommonFlags) => {
      process.exitCode = await buildCommand().build(selected(names, flags));
    });

  common(image.command('push [images...]'))
    .description('push what build left, under the tag of its key')
    .action(async (names: readonly string[], flags: CommonFlags) => {
      process.exitCode = await pushCommand().push(selected(names, flags));
    });

  common(image.command('release [images...]'))
    .description('plan, build what must be built, push it and pin it in images.lock.json')
    .action(async (names: readonly string[], flags: CommonFlags) => {
      process.exitCode = await releaseCommand().release(selected(names, flags));
    });

  common(image.command('pin [images...]'))
    .description('pin in images.lock.json what the registry has for the present inputs')
    .action(async (names: readonly string[], flags: CommonFlags) => {
      process.exitCode = await pushCommand().pin(selected(names, flags));
    });

  common(image.command('rollback <image>'))
    .description('pin an earlier image again; builds nothing')
    .requiredOption('--to <which>', 'tag, key, digest or commit')
    .action(async (name: string, flags: CommonFlags & { readonly to: string }) => {
      process.exitCode = await rollbackCommand().rollback({ ...selected([name], flags), to: flags.to });
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
