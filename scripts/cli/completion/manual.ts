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
.TP
.B 0
done, or as it should be
.TP
.B 1
failed, or not as it should be
.TP
.B 2
bad input; nothing was started
.TP
.B 3
with image plan \\-\\-detailed\\-exitcode: an image must be built
.TP
.B 130
interrupted
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours
`;
}
