/** Exit codes of every `warmpath` command. */
export const FAILED = 1;
/** Bad input: nothing was started. */
export const BAD_INPUT = 2;
/** `image plan --detailed-exitcode`: an image must be built. */
export const MUST_BUILD = 3;

interface ExitCode {
  readonly code: string;
  /** Of every command, but for those that say more. */
  readonly meaning: string;
  /** What it means in particular, by the path of a command, such as `prewarm run`. */
  readonly of: Readonly<Record<string, string>>;
}

const REVIEWED = 'the policy or --expect forbids it';
const WARM = 'every URL is warm on every PoP that was not left out, as far as it was verified';
const ENDED_WARM = 'the request has finished and all of it is warm';
const NOT_WARM = 'some of it is not warm, it was stopped, or the service cannot be reached';

/** All exit codes there are. Help, manual and README take them from here. */
export const EXIT_CODES: readonly ExitCode[] = [
  {
    code: '0',
    meaning: 'done, or as it should be',
    of: {
      'prewarm run': WARM,
      'prewarm submit': `accepted; with --wait: ${ENDED_WARM}`,
      'prewarm watch': ENDED_WARM,
      'prewarm status': `it is shown; with --watch: ${ENDED_WARM}`,
      'prewarm serve': 'ended by a signal, with nothing lost',
      review: 'reviewed, and nothing forbids it',
    },
  },
  {
    code: String(FAILED),
    meaning: 'failed, or not as it should be',
    of: {
      'prewarm run': 'some are not warm, or a sitemap or playlist could not be read whole',
      'prewarm submit': `the service cannot be reached; with --wait: ${NOT_WARM}`,
      'prewarm watch': NOT_WARM,
      'prewarm status': `the service cannot be reached; with --watch: ${NOT_WARM}`,
      'prewarm serve': 'the data directory takes no more writes',
      review: REVIEWED,
    },
  },
  {
    code: String(BAD_INPUT),
    meaning: 'bad input: one message names everything that is wrong and what is allowed; nothing was started',
    of: {},
  },
  {
    code: String(MUST_BUILD),
    meaning: '',
    of: { 'image plan': 'with --detailed-exitcode: an image must be built' },
  },
  {
    code: '130, 143',
    meaning: 'interrupted (Ctrl-C), terminated',
    of: {
      'prewarm run': 'interrupted, terminated; with --data-dir the same command goes on where it stopped',
      'prewarm watch': 'interrupted, terminated; the request goes on',
    },
  },
];

const INDENT = 12;
const USUAL_COLUMNS = 80;

/** Returns text in lines of at most so many characters, as far as its words allow. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(INDENT)}`);
}

/**
 * Returns what each code means for a command, for the end of its help.
 * @param columns @default those of the terminal, else 80
 */
export function exitCodeHelp(command: string, columns = process.stdout.columns || USUAL_COLUMNS): string {
  const rows = EXIT_CODES.flatMap(({ code, meaning, of }) => {
    const text = of[command] ?? meaning;
    return text === '' ? [] : [`  ${code.padEnd(8)}  ${wrapped(text, columns - INDENT)}`];
  });
  return ['', 'Exit codes:', ...rows].join('\n');
}

/** Returns the table of all exit codes in Markdown. */
export function exitCodeTable(): string {
  const rows = EXIT_CODES.map(({ code, meaning, of }) => {
    const particular = Object.entries(of).map(([command, text]) => `\`${command}\`: ${text}`);
    return `| ${code} | ${[meaning, ...particular].filter((text) => text !== '').join('<br>')} |`;
  });
  return ['| exit code | meaning |', '| --- | --- |', ...rows].join('\n');
}
