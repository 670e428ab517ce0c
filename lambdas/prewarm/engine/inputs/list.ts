import { UnreadableDocument } from '../ports/document-reader';
import { slices, unpacked, wholeText } from './document-text';
import { encodingOf } from './encoding';
import { jsonStrings } from './json-strings';
import { trimBlanks } from './list-line';
import { isRobots } from './robots';
import { type ListLine, textLines } from './text-lines';

/** Own choice: a million URLs of a thousand characters. */
const MAX_LIST_BYTES = 2 ** 30;
const START_CHARACTERS = 1_024;
/** NUL, and what the decoder had to replace. */
const WRONG_CHARACTER = /[\0\ufffd]/;
/** What tools write above a column of URLs. */
const HEADING = /^(?:url|urls|uri|loc|location|link|links|page|pages|address|href)$/i;

/** Returns what else a file may be that looks like a list, and what to do with it. */
function otherDocument(start: string): string | undefined {
  if (start.startsWith('{')) return 'is a JSON object; allowed: one URL per line, or a JSON array of URLs';
  if (start.startsWith('#EXTM3U')) return 'is an HLS playlist; give its URL as a playlist';
  if (/<(?:\w+:)?MPD\b/.test(start)) return 'is a DASH manifest; give its URL as a playlist';
  if (start.startsWith('<')) return 'is XML or HTML; give the URL of a sitemap as a sitemap';
  return isRobots({ text: start, path: '' }) ? 'is a robots.txt; give its URL as a sitemap' : undefined;
}

async function* textOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let encoding = '';
  let size = 0;
  let line = 1;
  function checked(text: string): string {
    const wrong = text.search(WRONG_CHARACTER);
    line += text.slice(0, wrong < 0 ? text.length : wrong).split('\n').length - 1;
    if (wrong < 0) return text;
    throw new UnreadableDocument(
      text[wrong] === '\0'
        ? `has a NUL character in line ${line}: it is no text, or in an encoding without a byte-order mark; save it as UTF-8`
        : `has bytes in line ${line} that are not ${encoding.toUpperCase()} (Latin-1, perhaps); save it as UTF-8`,
    );
  }
  for await (const chunk of unpacked(chunks)) {
    size += chunk.byteLength;
    if (size > MAX_LIST_BYTES) throw new UnreadableDocument(`has more than ${MAX_LIST_BYTES} bytes`);
    if (decoder === undefined) {
      encoding = encodingOf(chunk);
      if (encoding === 'utf-32le') throw new UnreadableDocument('is in UTF-32; save it as UTF-8');
      decoder = new TextDecoder(encoding);
    }
    for (const piece of slices(chunk)) yield checked(decoder.decode(piece, { stream: true }));
  }
  if (decoder !== undefined) yield checked(decoder.decode());
}

/** Yields the text again, after its beginning was looked at. */
async function peeked(
  parts: AsyncGenerator<string>,
): Promise<{ readonly start: string; readonly all: AsyncGenerator<string> }> {
  let head = '';
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) {
    head += next.value;
    if (head.length >= START_CHARACTERS) break;
  }
  async function* all(): AsyncGenerator<string> {
    yield head;
    yield* parts;
  }
  return { start: trimBlanks(head.slice(0, START_CHARACTERS)), all: all() };
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Returns the beginning of a list, decoded, without leading blanks: what it is can be told from it. */
export async function listStart(chunks: Chunks): Promise<string> {
  const parts = textOf(chunks);
  const { start } = await peeked(parts);
  await parts.return(undefined);
  return start;
}

/** Returns the whole text of a list, decoded. */
export async function listText(chunks: Chunks): Promise<string> {
  return trimBlanks(await wholeText(textOf(chunks)));
}

/**
 * Yields the lines of a list as people and tools write it: one URL per line, or a JSON array of URLs; plain or gzip; UTF-8, or
 * UTF-16 with a byte-order mark. Streamed, in linear time.
 * @throws UnreadableDocument where it is something else, with what to do
 */
export async function* listLines(chunks: Chunks): AsyncGenerator<ListLine> {
  const { start, all } = await peeked(textOf(chunks));
  const other = otherDocument(start);
  if (other !== undefined) throw new UnreadableDocument(other);
  if (start.startsWith('[')) {
    yield* jsonStrings(all);
    return;
  }
  let isFirst = true;
  for await (const line of textLines(all)) {
    if (!isFirst || !HEADING.test(line.text)) yield line;
    isFirst = false;
  }
}
