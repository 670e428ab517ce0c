import { wholeProgram } from '../../cli/cli';
import { allCommands, type DescribedCommand, describeCommand } from '../../cli/completion/command-tree';
import { exitCodeTable } from '../../cli/exit-codes';
import { anchor, code, pageText, table } from './markdown';

function commandPart({ path, description, usage, options }: DescribedCommand): readonly string[] {
  const called = ['warmpath', path, usage, '[options]'].filter((part) => part !== '').join(' ');
  return [
    `## warmpath ${path}`,
    `${description[0]?.toUpperCase()}${description.slice(1)}.`,
    ['```', called, '```'].join('\n'),
    ...table(
      ['option', 'what'],
      options
        .filter(({ names }) => !names.includes('--help'))
        .map((option) => [code(option.flags), option.description]),
    ),
  ];
}

/** Returns the page of the command line: every command that does something, with its options. */
export function commandLinePage(): string {
  const program = describeCommand(wholeProgram());
  const commands = allCommands(program).filter(
    ({ commands: below, path }) => below.length === 0 && path !== '',
  );
  return pageText({
    title: 'Command line',
    about: `${program.description} Every command has \`--help\`. Written from the program by \`npm run build:reference\`.`,
    parts: [
      ...table(
        ['command', 'what'],
        commands.map(({ path, description }) => [`[${path}](#${anchor(`warmpath ${path}`)})`, description]),
      ),
      '## Exit codes',
      exitCodeTable(),
      ...commands.flatMap(commandPart),
    ],
  });
}
