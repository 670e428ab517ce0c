import { visibleText } from '../model/visible-text';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that may be put into a page as it is. */
export interface Html {
  readonly html: string;
}

/** Characters of one part; a URL has at most 8,192. */
const MAX_PART = 10_000;

type Part = string | number | Html | readonly Html[] | undefined;

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string')
    return visibleText(part, MAX_PART).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  return 'html' in part ? part.html : part.map(({ html }) => html).join('');
}

/** Template tag: whatever is put in is escaped, unless it is `Html` itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    html: strings.reduce((text, string, index) => text + rendered(parts[index - 1]) + string),
  };
}
