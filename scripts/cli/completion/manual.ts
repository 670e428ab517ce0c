import { EXIT_CODES } from '../exit-codes';
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

function exitStatus({ code, meaning, of }: (typeof EXIT_CODES)[number]): string {
  const particular = Object.entries(of).map(([command, text]) => `${command}: ${text}`);
  const lines = [meaning, ...particular].filter((text) => text !== '').map(plain);
  return `.TP\n.B ${plain(code)}\n${lines.join('\n.br\n')}`;
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
${EXIT_CODES.map(exitStatus).join('\n')}
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours
.TP
.B WARMPATH_ENDPOINT
the service that is asked where there is no \\-\\-endpoint: a URL, or a name
.TP
.B WARMPATH_ENDPOINT_NAME
URL of the service that \\-\\-endpoint name means
.TP
.B WARMPATH_API_KEY
key of the service, where there is no \\-\\-api\\-key\\-file
.TP
.B WARMPATH_CONFIG
file that is read in place of warmpath.config.json
.SH FILES
.TP
.B warmpath.config.json
names of services, in the current folder or above it in the repository
`;
}
