import type { Command, Option } from 'commander';

/** A command as the shell and the manual know it. */
export interface DescribedCommand {
  /** Names that lead to it, without the program's: `prewarm run`; empty for the program. */
  readonly path: string;
  readonly description: string;
  /** Its arguments as its usage shows them, such as `[plans...]`. */
  readonly usage: string;
  readonly commands: readonly DescribedCommand[];
  readonly options: readonly DescribedOption[];
}

export interface DescribedOption {
  /** As the help shows it: `--format <format>`. */
  readonly flags: string;
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty where any value may be given. */
  readonly choices: readonly string[];
}

const HELP: DescribedOption = {
  flags: '-h, --help',
  names: ['-h', '--help'],
  description: 'display help for command',
  takesValue: false,
  choices: [],
};

function describeOption({ flags, short, long, description, required, optional, argChoices }: Option) {
  return {
    flags,
    names: [short, long].filter((name) => name !== undefined),
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  };
}

/** The commands that help shows: an old name is taken, and offered nowhere. */
function visible(command: Command): readonly Command[] {
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.filter((child) => shown.includes(child));
}

/** Returns a command with all that is below it. */
export function describeCommand(command: Command, path = ''): DescribedCommand {
  return {
    path,
    description: command.description(),
    usage: command.registeredArguments
      .map((argument) => {
        const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
        return argument.required ? `<${name}>` : `[${name}]`;
      })
      .join(' '),
    commands: visible(command).map((child) => describeCommand(child, `${path} ${child.name()}`.trim())),
    options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), HELP],
  };
}

/** Returns a command and all below it, each before its own. */
export function allCommands(command: DescribedCommand): readonly DescribedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
