import { parseJson } from '../../../errors/json-fault';
import { UnreadableDocument } from '../ports/document-reader';
import { type ListLine, MAX_LINE_CHARACTERS } from './text-lines';

const BLANKS_AND_COMMA = /^[\s\ufeff]*(,?)[\s\ufeff]*/;

/** Returns the position of the quote that ends a string which begins at 0; -1 where it is yet to come. */
function endOfString(text: string): number {
  for (let position = 1; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === '"') return position;
  }
  return -1;
}

/**
 * Yields the strings of a JSON array, one after the other: neither the whole text nor anything nested in it is held.
 * @throws UnreadableDocument where it is no array of strings
 */
export async function* jsonStrings(parts: AsyncIterable<string>): AsyncGenerator<ListLine> {
  let number = 0;
  let rest = '';
  let state: 'before' | 'inside' | 'after' = 'before';
  let isFirst = true;
  function refused(): UnreadableDocument {
    return new UnreadableDocument(
      `is JSON whose item ${number + 1} is not a string; allowed: an array of URLs, such as ["https://www.example.com/a"]`,
    );
  }
  for await (const part of parts) {
    rest += part;
    for (;;) {
      const [blanks = '', comma] = BLANKS_AND_COMMA.exec(rest) ?? [];
      const text = rest.slice(blanks.length);
      if (text === '') {
        rest = comma ?? '';
        break;
      }
      if (state === 'after') throw new UnreadableDocument('has text behind its JSON array');
      if (state === 'before' || text.startsWith(']')) {
        state = state === 'before' ? 'inside' : 'after';
        rest = text.slice(1);
        continue;
      }
      if (!text.startsWith('"') || (comma === '') !== isFirst) throw refused();
      const end = endOfString(text);
      if (end < 0 && text.length > MAX_LINE_CHARACTERS) throw refused();
      if (end < 0) break;
      number += 1;
      isFirst = false;
      yield { number, text: parsed(text.slice(0, end + 1)) };
      rest = text.slice(end + 1);
    }
  }
  if (state !== 'after') throw new UnreadableDocument('is a JSON array that does not end');

  function parsed(text: string): string {
    try {
      return String(parseJson(text)).trim();
    } catch (cause) {
      throw new UnreadableDocument(`is JSON whose item ${number} cannot be read`, { cause });
    }
  }
}
