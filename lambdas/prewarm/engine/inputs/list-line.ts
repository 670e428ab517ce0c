/** White space, and what editors and web pages put beside it that nobody sees. */
const BLANK = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/;
const QUOTED = /^"((?:[^"]|"")*)"\s*[,;]?$/;
const COMMENT = /\s#/;

/** Without blanks and invisible characters at both ends. By index: a pattern for the end starts anew at each blank within. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text[start] ?? '')) start += 1;
  while (end > start && BLANK.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

/**
 * What a line of a list names: without quotes (a column of CSV), and without a comment, which begins with `#` at the start
 * of the line or behind a blank. Nothing where that is all.
 */
export function urlOfLine(line: string): string | undefined {
  const text = trimBlanks(line);
  if (text === '' || text.startsWith('#')) return undefined;
  const quoted = text.startsWith('"') ? QUOTED.exec(text)?.[1] : undefined;
  if (quoted !== undefined) return trimBlanks(quoted.replaceAll('""', '"')) || undefined;
  const comment = text.search(COMMENT);
  return comment < 0 ? text : trimBlanks(text.slice(0, comment));
}
