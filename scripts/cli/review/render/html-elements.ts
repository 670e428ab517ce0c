import { html } from './foreign-text';

/** Between two sides, never broken in two. */
export const TO = '<span class="to">-&gt;</span>';

/** Returns a text of the plan as code. */
export function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

/** Returns lines of HTML as a list; nothing for none. */
export function list(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `<ul>${lines.map((line) => `<li>${line}</li>`).join('\n')}</ul>`;
}
