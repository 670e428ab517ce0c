import { UnreadableDocument } from '../ports/document-reader';
import { MAX_URL_BYTES } from '../request/limits';

const MAX_PADDING = 20;

type Value = string | number | bigint;
export type TemplateValues = Readonly<Record<string, Value>>;

/** Identifier and format, as of `printf`: the standard has `%0Nd` alone, packagers and players know the others too. */
const IDENTIFIER = /\$(?:(\w+)(?:%0?(\d{0,3})([diuxXo]))?)?\$/g;

function tooLong(): UnreadableDocument {
  return new UnreadableDocument('names a segment with a URL that is too long');
}

function formatted(value: Value, width: string | undefined, conversion: string | undefined): string {
  const radix = conversion === 'o' ? 8 : conversion?.toLowerCase() === 'x' ? 16 : 10;
  const text = typeof value === 'string' ? value : value.toString(radix);
  const cased = conversion === 'X' ? text.toUpperCase() : text;
  return width === undefined ? cased : cased.padStart(Math.min(Number(width), MAX_PADDING), '0');
}

/**
 * Returns the URL of a template with its identifiers replaced; `$$` is a dollar sign, an unknown identifier stays.
 * @throws UnreadableDocument where nobody could ask for a URL that long
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const longest = Math.max(template.length, ...Object.values(values).map((value) => String(value).length));
  if (longest > MAX_URL_BYTES) throw tooLong();
  const filled = template.replace(
    IDENTIFIER,
    (whole, name: string | undefined, width: string | undefined, conversion: string | undefined) => {
      if (name === undefined) return '$';
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? whole : formatted(value, width, conversion);
    },
  );
  if (filled.length > MAX_URL_BYTES) throw tooLong();
  return filled;
}

/** Returns true where a template has the identifier, in any format. */
export function hasIdentifier(template: string, name: string): boolean {
  return [...template.matchAll(IDENTIFIER)].some(([, identifier]) => identifier === name);
}
