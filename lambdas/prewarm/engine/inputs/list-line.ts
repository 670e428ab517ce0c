/** White space, and what editors and web pages put beside it that nobody sees. */
const BLANK = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/;
const SPACE = 0x20;
const DELETE = 0x7f;
const QUOTED = /^"((?:[^"]|"")*)"\s*[,;]?$/;
const COMMENT = /\s#/;

/** Returns true for a blank at this index; most characters need no pattern to tell. */
function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === SPACE || ((code < SPACE || code > DELETE) && BLANK.test(text[index] ?? ''));
}

/**
 * Returns the text without blanks and invisible characters at both ends. By index: a pattern for the end starts anew at each
 * blank within.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

/**
 * Returns what a line of a list names: without quotes (a column of CSV), and without a comment, which begins with `#` at the
 * start of the line or behind a blank. Nothing where that is all.
 */
export function urlOfLine(line: string): string | undefined {
  const text = trimBlanks(line);
  if (text === '' || text.startsWith('#')) return undefined;
  const quoted = text.startsWith('"') ? QUOTED.exec(text)?.[1] : undefined;
  if (quoted !== undefined) return trimBlanks(quoted.replaceAll('""', '"')) || undefined;
  const comment = text.search(COMMENT);
  return comment < 0 ? text : trimBlanks(text.slice(0, comment));
}
