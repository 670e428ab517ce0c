import { isJsonObject } from '../../errors/json-fault';
import { jsonStrings } from '../engine/inputs/json-strings';
import { textLines } from '../engine/inputs/text-lines';
import type { PrewarmBody } from '../engine/request/request-body';
import { parseUrl } from '../engine/request/url';

/** A line of a list that cannot be warmed. */
export interface ListFault {
  /** From 1; of a JSON array the number of the item. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** What somebody pasted or dropped, looked through. */
export interface CheckedList {
  readonly format: 'lines' | 'csv' | 'json' | 'body' | 'sitemap' | 'playlist';
  /** As written, in their order; duplicates are among them. */
  readonly urls: readonly string[];
  /** The line of each URL, at the same place. */
  readonly lines: readonly number[];
  /** The first ones. */
  readonly faults: readonly ListFault[];
  readonly faultCount: number;
  readonly duplicateCount: number;
  /** The other fields of a JSON body. */
  readonly body?: Omit<PrewarmBody, 'url_list'>;
  /** Of a sitemap or playlist. */
  readonly source?: string;
}

const MAX_FAULTS = 200;
/** Lines looked through in one turn, so that the page stays alive. */
const TURN_LINES = 5_000;
/** What tools write above a column of URLs. */
const URL_COLUMN = /^(?:urls?|uri|loc|location|links?|address|href)$/i;

async function* asParts(text: string): AsyncGenerator<string> {
  yield text;
}

interface Line {
  readonly number: number;
  readonly text: string;
}

/** The cells of a row of CSV. */
function cellsOf(row: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let position = 0; position < row.length; position += 1) {
    const character = row[position];
    if (character === '"' && isQuoted && row[position + 1] === '"') {
      cell += '"';
      position += 1;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell].map((text) => text.trim());
}

/** The column of URLs of a CSV whose first row names its columns; nothing for any other text. */
function csvColumn(text: string): { readonly separator: string; readonly index: number } | undefined {
  const [head = ''] = text.split(/\r\n|[\n\r]/, 1);
  for (const separator of [',', ';', '\t']) {
    const index = cellsOf(head, separator).findIndex((name) => URL_COLUMN.test(name));
    if (index >= 0 && head.includes(separator)) return { separator, index };
  }
  return undefined;
}

function* csvLines(
  text: string,
  { separator, index }: { readonly separator: string; readonly index: number },
): Iterable<Line> {
  const rows = text.split(/\r\n|[\n\r]/);
  for (let row = 1; row < rows.length; row += 1) {
    const cell = cellsOf(rows[row] ?? '', separator)[index];
    if (cell) yield { number: row + 1, text: cell };
  }
}

function* plainLines(lines: Iterable<Line>): Iterable<Line> {
  let isFirst = true;
  for (const line of lines) {
    if (!isFirst || !URL_COLUMN.test(line.text)) yield line;
    isFirst = false;
  }
}

/** The kind of document that a list of one URL names, by the end of its path. */
function sourceKind(urls: readonly string[]): 'sitemap' | 'playlist' | undefined {
  const [url] = urls;
  if (urls.length !== 1 || url === undefined) return undefined;
  const { pathname } = new URL(url);
  if (/\.xml(?:\.gz)?$/i.test(pathname)) return 'sitemap';
  return /\.(?:m3u8|mpd)$/i.test(pathname) ? 'playlist' : undefined;
}

async function checkLines(
  format: CheckedList['format'],
  lines: AsyncIterable<Line> | Iterable<Line>,
  pause: () => Promise<void>,
): Promise<CheckedList> {
  const urls: string[] = [];
  const numbers: number[] = [];
  const faults: ListFault[] = [];
  const seen = new Set<string>();
  let faultCount = 0;
  let duplicateCount = 0;
  let looked = 0;
  for await (const { number, text } of lines) {
    const parsed = parseUrl(text);
    looked += 1;
    if (looked % TURN_LINES === 0) await pause();
    if (parsed.kind === 'invalid') {
      faultCount += 1;
      if (faults.length < MAX_FAULTS) faults.push({ line: number, text, reason: parsed.reason });
      continue;
    }
    if (seen.has(parsed.url)) duplicateCount += 1;
    seen.add(parsed.url);
    urls.push(parsed.url);
    numbers.push(number);
  }
  return { format, urls, lines: numbers, faults, faultCount, duplicateCount };
}

function* itemsOf(list: unknown): Iterable<Line> {
  if (!Array.isArray(list)) return;
  for (const [index, item] of list.entries()) yield { number: index + 1, text: String(item) };
}

/**
 * Looks a pasted or dropped text through: one URL per line, CSV with a column of URLs, a JSON array, a JSON body, or the URL of a
 * sitemap or playlist alone. What is wrong is part of the result.
 * @param pause called now and then while a long list is looked through
 * @throws UnreadableDocument, SyntaxError where JSON is none
 */
export async function checkList(
  text: string,
  pause: () => Promise<void> = async () => {},
): Promise<CheckedList> {
  const start = text.trimStart().slice(0, 1);
  if (start === '{') {
    const parsed: unknown = JSON.parse(text);
    const { url_list: list, ...body } = isJsonObject(parsed) ? parsed : {};
    return { ...(await checkLines('body', itemsOf(list), pause)), body };
  }
  if (start === '[') return checkLines('json', jsonStrings(asParts(text)), pause);
  const column = csvColumn(text);
  if (column !== undefined) return checkLines('csv', csvLines(text, column), pause);
  const lines: Line[] = [];
  for await (const line of textLines(asParts(text))) lines.push(line);
  const checked = await checkLines('lines', plainLines(lines), pause);
  const kind = checked.faultCount === 0 ? sourceKind(checked.urls) : undefined;
  const [source] = checked.urls;
  return kind === undefined || source === undefined
    ? checked
    : { ...checked, format: kind, urls: [], lines: [], source };
}

/** The lines of the list in which these URLs stand, as the service wrote them in its refusal. */
export function linesOf(
  { urls, lines }: Pick<CheckedList, 'urls' | 'lines'>,
  refused: readonly string[],
): readonly ListFault[] {
  const wanted = new Set(refused);
  const found: ListFault[] = [];
  for (const [index, url] of urls.entries()) {
    if (found.length === MAX_FAULTS) break;
    if (wanted.has(url)) found.push({ line: lines[index] ?? 0, text: url, reason: '' });
  }
  return found;
}
