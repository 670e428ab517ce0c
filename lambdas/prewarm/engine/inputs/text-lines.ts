import { UnreadableDocument } from '../ports/document-reader';
import { MAX_URL_BYTES } from '../request/limits';
import { urlOfLine } from './list-line';

/** A line of a list that names something. */
export interface ListLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** A URL with a comment behind it. Own choice. */
export const MAX_LINE_CHARACTERS = 8 * MAX_URL_BYTES;

/** Blank lines and comments included. Own choice: several for each URL of the longest list. */
const MAX_LINES = 10_000_000;

/** Word processors end lines within a paragraph with a vertical tab. */
const ONE_LINE_END = /[\n\r\v\f\u0085\u2028\u2029]/;
const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

function checkLength(line: string, number: number): void {
  if (line.length > MAX_LINE_CHARACTERS)
    throw new UnreadableDocument(
      `has more than ${MAX_LINE_CHARACTERS} characters in line ${number}; allowed: one URL per line, at most ${MAX_URL_BYTES} bytes each`,
    );
}

/**
 * Yields the lines of a text that name something, in linear time whatever its lines are.
 * @throws UnreadableDocument at a line that is far too long, and where there are far too many
 */
export async function* textLines(parts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ListLine> {
  let rest = '';
  let number = 0;
  function* linesOf(text: string): Iterable<ListLine> {
    for (const line of text.split(LINE_END)) {
      number += 1;
      if (number > MAX_LINES) throw new UnreadableDocument(`has more than ${MAX_LINES} lines`);
      checkLength(line, number);
      const named = urlOfLine(line);
      if (named !== undefined) yield { number, text: named };
    }
  }
  for await (const part of parts) {
    const text = rest + part;
    // A carriage return at the end may be the first half of a line end.
    const end = lastLineEnd(text, text.endsWith('\r') ? text.length - 2 : text.length - 1);
    rest = text.slice(end + 1);
    checkLength(rest, number + 1);
    if (end >= 0) yield* linesOf(text.slice(0, text[end] === '\n' && text[end - 1] === '\r' ? end - 1 : end));
  }
  yield* linesOf(rest);
}

function lastLineEnd(text: string, from: number): number {
  let position = from;
  while (position >= 0 && !ONE_LINE_END.test(text[position] ?? '')) position -= 1;
  return position;
}
