import { EXIT_STATUSES } from '../exit-codes';
import { allCommands, type DescribedCommand } from './command-tree';

/** What roff would take for its own is escaped: backslashes, hyphens, and a dot or quote that begins a line. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

function section({ path, description, usage, commands, options }: DescribedCommand): string {
  const called = ['warmpath', path, commands.length > 0 ? 'COMMAND' : '', usage, '[options]'];
  return [
    `.SS ${plain(called.filter((part) => part !== '').join(' '))}`,
    plain(description),
    ...options.map((option) => `.TP\n.B ${plain(option.flags)}\n${plain(option.description)}`),
  ].join('\n');
}

/** Returns the manual page of the program, for `man -l -`. */
export function manualPage(program: DescribedCommand, version: string): string {
  return `.TH WARMPATH 1 "" "warmpath ${plain(version)}"
.SH NAME
warmpath \\- ${plain(program.description)}
.SH SYNOPSIS
.B warmpath
.I COMMAND
[\\fIoptions\\fR]
.SH COMMANDS
${allCommands(program).map(section).join('\n')}
.SH EXIT STATUS
${EXIT_STATUSES.map(({ codes, meaning }) => `.TP\n.B ${codes}\n${plain(meaning)}`).join('\n')}
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours
`;
}
