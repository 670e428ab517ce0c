/** Pieces of Markdown that every page of the reference is made of. */

export interface Page {
  readonly title: string;
  /** What the page is about, and where it comes from. */
  readonly about: string;
  readonly parts: readonly string[];
}

export function pageText({ title, about, parts }: Page): string {
  return `${[`# ${title}`, about, ...parts].join('\n\n')}\n`;
}

/** Text of a table's cell: a pipe or a line break would end it, and what looks like a tag would be taken for one. */
function cell(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`');
}

/** Returns a table; nothing where it would have no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const lines = [heads, heads.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return [lines.map((line) => `| ${line.join(' | ')} |`).join('\n')];
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\- _]/gu, '')
    .replaceAll(' ', '-');
}
