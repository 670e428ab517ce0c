import { stripVTControlCharacters } from 'node:util';

export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Returns true where what was written can be written over: on a terminal that is not `dumb`. */
export function canRedraw(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

const ESCAPE = '\u001b';

/** Returns a line of at most `width` columns; colour codes take none, and those after the cut stay, so that no colour leaks. */
export function cutLine(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line;
  const [first = '', ...coloured] = line.split(ESCAPE);
  let room = Math.max(0, width - 1);
  function cut(text: string): string {
    if (text.length <= room) {
      room -= text.length;
      return text;
    }
    const kept = room > 0 ? `${text.slice(0, room)}…` : '';
    room = 0;
    return kept;
  }
  const begin = cut(first);
  const parts = coloured.map((part) => {
    const [code = ''] = /^\[\d+m/.exec(part) ?? [];
    return `${ESCAPE}${code}${cut(part.slice(code.length))}`;
  });
  return `${begin}${parts.join('')}`;
}

/** Some lines at the end of a terminal that are drawn anew; none is wider or higher than the terminal. */
export class LiveRegion {
  private shown: readonly string[] = [];

  constructor(private readonly stream: TerminalStream) {}

  draw(lines: readonly string[]): void {
    const fitting = lines
      .slice(0, Math.max(1, (this.stream.rows ?? 24) - 1))
      .map((line) => cutLine(line, (this.stream.columns ?? 80) - 1));
    const text = `${this.home()}${fitting.join('\n')}`;
    this.shown = fitting;
    this.stream.write(text);
  }

  /** Takes it off the screen. */
  clear(): void {
    if (this.shown.length > 0) this.stream.write(this.home());
    this.shown = [];
  }

  /** Leads to the beginning of what is shown, which a terminal that was made narrower has wrapped, and clears the rest. */
  private home(): string {
    if (this.shown.length === 0) return '';
    const columns = Math.max(1, this.stream.columns ?? 80);
    const rows = this.shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns)),
      0,
    );
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`;
  }
}
