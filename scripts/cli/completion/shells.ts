import { allCommands, type DescribedCommand } from './command-tree';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Text between single quotes, as bash and zsh read it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** As fish reads it, which knows a backslash between single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function lastName({ path }: DescribedCommand): string {
  return path.split(' ').at(-1) ?? '';
}

/** The shell lines that follow the words before the cursor to the command they name. */
function walk(commands: readonly DescribedCommand[], words: string): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `  local command_path='' word
  for word in ${words}; do
    word="\${command_path:+$command_path }$word"
    case "$word" in
      ${paths.join('|')}) command_path="$word" ;;
    esac
  done`;
}

function bash(commands: readonly DescribedCommand[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ names, choices }) =>
          `    ${names.map((name) => quoted(`${path} ${name}`)).join('|')}) found=${quoted(choices.join(' '))} ;;`,
      ),
  );
  const words = commands.map(
    (command) =>
      `    ${quoted(command.path)}) found=${quoted(
        [...command.commands.map(lastName), ...command.options.flatMap(({ names }) => names)].join(' '),
      )} ;;`,
  );
  return `_warmpath() {
${walk(commands, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  local found=''
  case "$command_path \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  [ -n "$found" ] || case "$command_path" in
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _warmpath warmpath
`;
}

function zsh(commands: readonly DescribedCommand[]): string {
  function entry(name: string, description: string): string {
    return quoted(`${name.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);
  }
  const entries = commands.map((command) =>
    [
      `    ${quoted(command.path)}) entries=(`,
      ...command.commands.map((child) => `      ${entry(lastName(child), child.description)}`),
      ...command.options.flatMap(({ names, description }) =>
        names.map((name) => `      ${entry(name, description)}`),
      ),
      '    ) ;;',
    ].join('\n'),
  );
  return `#compdef warmpath
_warmpath() {
${walk(commands, `"\${(@)words[2,CURRENT-1]}"`)}
  local -a entries
  case "$command_path" in
${entries.join('\n')}
  esac
  _describe -o command entries || _files
}
# A file of fpath is the function itself when it is first used; read by source, it only defines it.
if [ "\${funcstack[1]}" = _warmpath ]; then _warmpath "$@"; else compdef _warmpath warmpath; fi
`;
}

function fish(commands: readonly DescribedCommand[]): string {
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => fishQuoted(path));
  const lines = commands.flatMap(({ path, commands: children, options }) => {
    const at = `complete -c warmpath -n ${fishQuoted(`__warmpath_at ${fishQuoted(path)}`)}`;
    return [
      ...children.map((child) => `${at} -a ${lastName(child)} -d ${fishQuoted(child.description)}`),
      ...options.map(({ names, description, takesValue, choices }) =>
        [
          at,
          ...names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)),
          ...(takesValue ? ['-r'] : []),
          ...(choices.length > 0 ? [`-f -a ${fishQuoted(choices.join(' '))}`] : []),
          `-d ${fishQuoted(description)}`,
        ].join(' '),
      ),
    ];
  });
  return `function __warmpath_at
  set -l command_path ''
  for word in (commandline -opc)[2..]
    set word (string trim -- "$command_path $word")
    if contains -- $word ${paths.join(' ')}
      set command_path $word
    end
  end
  test "$command_path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const WRITERS = { bash, zsh, fish } satisfies Record<
  Shell,
  (commands: readonly DescribedCommand[]) => string
>;

/** Returns the program that a shell reads to complete commands and options. */
export function completionFor(shell: Shell, program: DescribedCommand): string {
  return WRITERS[shell](allCommands(program));
}
