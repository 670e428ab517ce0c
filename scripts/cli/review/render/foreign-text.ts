import { visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { formatCount } from '../../terminal/units';

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Returns the text with every character visible, on one line. */
export function visible(text: string): string {
  return visibleText(
    text.replace(/[\n\r\t]/g, (character) => SHORT[character] ?? character),
    Number.POSITIVE_INFINITY,
  );
}

/** Returns the text cut to a number of UTF-16 units, never within a character, and says how much was cut. */
export function bounded(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const isSplit = /[\ud800-\udbff]/.test(text[maxUnits - 1] ?? '');
  return `${text.slice(0, isSplit ? maxUnits - 1 : maxUnits)}… (${formatCount(text.length)} characters)`;
}

/** Returns the text as code in Markdown, which shows it as it is whatever it holds. */
export function codeSpan(text: string, maxUnits = 300): string {
  const shown = bounded(visible(text), maxUnits);
  if (shown === '') return '`""`';
  const ticks = '`'.repeat(longestRun(shown, '`') + 1);
  const pad = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** As {@link codeSpan}, for a cell of a table, where a pipe would end the cell. */
export function codeCell(text: string, maxUnits = 120): string {
  return codeSpan(text, maxUnits).replace(/\|/g, '\\|');
}

/** Returns a block of code whose fence is longer than any in the text. */
export function codeBlock(lines: readonly string[], language: string): string {
  const text = lines.join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/**
 * Returns a sentence with foreign parts in it as Markdown that shows it as it is, without links. A comment after `@`, `#` and `GH`
 * keeps GitHub from telling the person or team of that name, and from writing into the issue of that number.
 */
export function plainMarkdown(text: string, maxUnits = 600): string {
  return bounded(visible(text), maxUnits)
    .replace(/[\\`*_{}[\]<>|~!&$]/g, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/\b(www)\./gi, '$1\\.')
    .replace(/[@#]|\bGH(?=-)/gi, '$&<!-- -->');
}

/** Returns the text for HTML, inside an element or an attribute in double quotes. */
export function html(text: string, maxUnits = 4_000): string {
  return bounded(visible(text), maxUnits)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

function longestRun(text: string, character: string): number {
  if (!text.includes(character)) return 0;
  let [longest, run] = [0, 0];
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}
