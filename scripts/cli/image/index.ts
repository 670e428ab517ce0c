import { type Command, InvalidArgumentError, Option } from 'commander';
import { BadInput } from '../bad-input';
import { exitCodeHelp } from '../exit-codes';
import { collectWhole, wholeNumber } from '../option-values';

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

function pruneCommand(): typeof import('./commands/prune') {
  return require('./commands/prune');
}

function diskCommand(): typeof import('./commands/disk') {
  return require('./commands/disk');
}

function lintCommand(): typeof import('./commands/lint') {
  return require('./commands/lint');
}

const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function byteCount(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?B)$/i.exec(text) ?? [];
  const bytes = Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN);
  if (bytes >= 0) return Math.round(bytes);
  throw new InvalidArgumentError('Allowed: bytes with a unit, such as 500MB or 10GB.');
}

function share(text: string): number {
  const [, percent] = /^(\d{1,3})%?$/.exec(text) ?? [];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  throw new InvalidArgumentError('Allowed: a share from 0% to 100%.');
}

interface PruneFlags extends CommonFlags {
  readonly yes?: true;
  readonly keep: number;
  readonly ecr?: true;
  readonly cluster?: readonly string[];
  readonly keepRevisions?: number;
}

interface DiskFlags extends CommonFlags {
  readonly warn: number;
  readonly fail: number;
}

const SUMMARY = 'build only what changed, pin what was built, prune what nobody runs';

/** Adds `warmpath image …`. */
export function registerImageCommands(program: Command): void {
  const image = program.command('image').description(SUMMARY).addHelpText('after', exitCodeHelp('image'));

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

  common(image.command('prune [images...]'))
    .description(
      'remove images and build cache that nobody runs or may roll back to; tells only what would go',
    )
    .option('--yes', 'remove it')
    .addOption(
      new Option('--keep <bytes>', 'build cache that stays').argParser(byteCount).default(1e10, '10GB'),
    )
    .option('--ecr', 'images in ECR instead of those on this machine')
    .option(
      '--cluster <name>',
      'with --ecr: ECS cluster whose tasks are in use, repeatable (default: all)',
      collectWhole,
    )
    .addOption(
      new Option(
        '--keep-revisions <count>',
        'with --ecr: of task definitions with these images, the newest that stay besides those in use (default: all)',
      ).argParser(wholeNumber(1, 10_000)),
    )
    .action(async (names: readonly string[], flags: PruneFlags) => {
      process.exitCode = await pruneCommand().prune({
        ...selected(names, flags),
        yes: flags.yes === true,
        keepBytes: flags.keep,
        ecr: flags.ecr === true,
        clusters: flags.cluster ?? [],
        keepRevisions: flags.keepRevisions,
      });
    });

  common(image.command('disk'))
    .description('what images, containers, volumes and build cache take, here and in ECR')
    .addOption(
      new Option('--warn <share>', 'used share of the disk that is too much')
        .argParser(share)
        .default(0.8, '80%'),
    )
    .addOption(
      new Option('--fail <share>', 'used share with which the command fails')
        .argParser(share)
        .default(0.9, '90%'),
    )
    .action(async (flags: DiskFlags) => {
      process.exitCode = await diskCommand().disk({
        ...selected([], flags),
        warnShare: flags.warn,
        failShare: flags.fail,
      });
    });

  common(image.command('lint [images...]'))
    .description('what makes images slow, large, or different every time; fails where it finds something')
    .action(async (names: readonly string[], flags: CommonFlags) => {
      process.exitCode = await lintCommand().lint(selected(names, flags));
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
