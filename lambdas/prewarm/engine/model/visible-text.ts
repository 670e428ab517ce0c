/** Characters that are shown of a foreign text unless its place asks for fewer or more. */
const MAX_SHOWN = 1_000;

/**
 * What steers a terminal, breaks a line or hides or reorders text: control characters (C0, DEL, C1), line and paragraph
 * separators, format characters (bidirectional overrides, zero width, tags), fillers without a glyph, half surrogate pairs.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * Returns a text of others (a list line, an answer of an origin, a field name) as it may be shown on one line of a terminal, a
 * log, a report: everything invisible as `\u001b`, and cut where it is long. A text that has passed is not changed again.
 * @param maxLength characters kept; @default 1,000
 */
export function visibleText(text: string, maxLength = MAX_SHOWN): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(INVISIBLE, escaped);
}

/** Returns a text of several lines, each as `visibleText` returns it; for messages that this program put together. */
export function visibleLines(text: string, maxLength = MAX_SHOWN): string {
  return text
    .split('\n')
    .map((line) => visibleText(line, maxLength))
    .join('\n');
}

/** Returns JSON on one line, in which everything invisible is an escape: a reader gets the same value back, a terminal none of it. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(INVISIBLE, escaped);
}

/**
 * Returns one CSV cell after RFC 4180, visible. A cell that a spreadsheet would take for a formula gets a leading apostrophe.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = visibleText(value, MAX_CELL);
  const inert = /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** Longest text that a spreadsheet takes into one cell. */
const MAX_CELL = 32_000;
