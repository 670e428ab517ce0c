import { WarmpathError } from '../../errors/warmpath-error';
import { visibleText } from '../engine/model/visible-text';
import type { AnswerHeader } from '../engine/ports/transport';

type Headers = Partial<Record<AnswerHeader, string>>;

/** Status line and headers of an answer, as far as they are needed. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Headers>;
  /** Where the body ends: after so many bytes, with the last chunk, or where the connection ends. */
  readonly framing: 'length' | 'chunked' | 'close';
  /** Body bytes to come, where the framing is `length`. */
  readonly bodyBytes: number;
  /** Whether the other side keeps the connection for a next request. */
  readonly keepsConnection: boolean;
}

/** The peer does not speak HTTP/1.1, or its framing is ambiguous. */
export class BadAnswer extends WarmpathError {
  override readonly name = 'BadAnswer';
  constructor(what: string) {
    super('RESPONSE_MALFORMED', `the answer is not valid HTTP/1.1: ${what}`);
  }
}

const WANTED: readonly AnswerHeader[] = [
  'x-cache',
  'x-amz-cf-pop',
  'x-amz-cf-id',
  'age',
  'via',
  'server',
  'content-length',
  'content-range',
  'content-type',
  'content-encoding',
  'cache-control',
  'expires',
  'date',
  'vary',
  'location',
  'retry-after',
];
const FRAMING = ['content-length', 'transfer-encoding', 'connection'] as const;
type FramingHeader = (typeof FRAMING)[number];

interface Candidate {
  /** In lower case, and as most servers write it; both are compared in place before any other way of writing it. */
  readonly name: string;
  readonly usual: string;
  readonly wanted?: AnswerHeader;
  readonly framing?: FramingHeader;
}

const byLength: (Candidate[] | undefined)[] = [];
for (const name of new Set<string>([...WANTED, ...FRAMING])) {
  const wanted = WANTED.find((other) => other === name);
  const framing = FRAMING.find((other) => other === name);
  const sameLength = byLength[name.length] ?? [];
  byLength[name.length] = sameLength;
  const usual = name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  sameLength.push({ name, usual, ...(wanted && { wanted }), ...(framing && { framing }) });
}

const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LINE_END_BYTES = 2;

/** Returns the header of these candidates whose name is at `start`; all have the length of that name. */
function candidateAt(
  candidates: readonly Candidate[],
  text: string,
  start: number,
  end: number,
): Candidate | undefined {
  for (const candidate of candidates)
    if (text.startsWith(candidate.usual, start) || text.startsWith(candidate.name, start)) return candidate;
  const name = text.slice(start, end).toLowerCase();
  return candidates.find((candidate) => candidate.name === name);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function trimmed(text: string, start: number, end: number): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first += 1;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(first, last);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;

/**
 * Returns a value as it may be shown: control bytes of an origin must not reach a terminal, so they are written as `\u001b`.
 * Those from 0x80 on are not refused because UTF-8 has them too.
 */
function shownValue(value: string): string {
  return CONTROL.test(value) ? visibleText(value, value.length) : value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const NUL_OR_CR = /\u0000|\r(?!\n)/;
/** Either of the two above: a head without it, as nearly all are, needs no other look at its characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_IN_HEAD = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?!\n)/;

/** These may be spread over several lines; of any other header the last line counts. */
const LISTS: ReadonlySet<AnswerHeader> = new Set(['cache-control', 'vary']);

function takeHeader(headers: Headers, name: AnswerHeader, value: string): void {
  const before = headers[name];
  headers[name] = before !== undefined && LISTS.has(name) ? `${before}, ${value}` : value;
}

const PROTOCOL = 'HTTP/1.';
/** Offsets of the parts of `HTTP/1.1 200 OK`. */
const VERSION_AT = 7;
const STATUS_AT = 9;
const REASON_AT = 12;

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= DIGIT_0 && code <= DIGIT_9 ? code - DIGIT_0 : Number.NaN;
}

/** Returns the status of a status line that ends at `end`; not a number where it is none. */
function statusOf(text: string, end: number): number {
  const isWellFormed =
    text.startsWith(PROTOCOL) &&
    digitAt(text, VERSION_AT) <= 1 &&
    text.charCodeAt(STATUS_AT - 1) === SPACE &&
    digitAt(text, STATUS_AT) >= 1 &&
    (end === REASON_AT || text.charCodeAt(REASON_AT) === SPACE);
  return isWellFormed
    ? 100 * digitAt(text, STATUS_AT) + 10 * digitAt(text, STATUS_AT + 1) + digitAt(text, STATUS_AT + 2)
    : Number.NaN;
}

const MAX_LENGTH_DIGITS = 15;

/** Combines the headers on message framing, one after the other. */
class Framing {
  private length: string | undefined;
  private isChunked = false;
  private closes = false;
  private keeps = false;

  take(name: FramingHeader, value: string): void {
    if (name === 'content-length') this.takeLength(value);
    else if (name === 'transfer-encoding') this.takeEncoding(value);
    else {
      const tokens = value.toLowerCase();
      if (/(?:^|[\s,])close(?:$|[\s,])/.test(tokens)) this.closes = true;
      if (/(?:^|[\s,])keep-alive(?:$|[\s,])/.test(tokens)) this.keeps = true;
    }
  }

  conclude(
    isOldVersion: boolean,
    hasNoBody: boolean,
  ): Pick<AnswerHead, 'framing' | 'bodyBytes' | 'keepsConnection'> {
    const { length, isChunked } = this;
    if (isChunked && length !== undefined)
      throw new BadAnswer('it has a content-length and a transfer-encoding');
    if (isChunked && isOldVersion) throw new BadAnswer('HTTP/1.0 has no transfer-encoding');
    const keepsConnection = !this.closes && (!isOldVersion || this.keeps);
    if (hasNoBody) return { framing: 'length', bodyBytes: 0, keepsConnection };
    if (isChunked) return { framing: 'chunked', bodyBytes: 0, keepsConnection };
    if (length === undefined) return { framing: 'close', bodyBytes: 0, keepsConnection: false };
    return { framing: 'length', bodyBytes: Number(length), keepsConnection };
  }

  private takeLength(value: string): void {
    if (!/^\d+$/.test(value) || value.length > MAX_LENGTH_DIGITS)
      throw new BadAnswer('its content-length is no number of bytes');
    if (this.length !== undefined && this.length !== value)
      throw new BadAnswer('it has two different content-lengths');
    this.length = value;
  }

  private takeEncoding(value: string): void {
    if (this.isChunked || value.toLowerCase() !== 'chunked')
      throw new BadAnswer('it has a transfer-encoding other than chunked');
    this.isChunked = true;
  }
}

/**
 * Reads the head of an answer, which is the text up to `end`, where its empty line begins; what follows is left alone.
 * Header lines whose name is of a length that no needed one has are passed over unread.
 * @throws BadAnswer
 */
export function parseHead(text: string, end: number, isAnswerToHead: boolean): AnswerHead {
  const statusEnd = text.indexOf('\n') - 1;
  const status = statusOf(text, statusEnd);
  if (Number.isNaN(status) || text.charCodeAt(statusEnd) !== CR)
    throw new BadAnswer('it does not begin with a status line');
  const headers: Headers = {};
  const framing = new Framing();
  const head = text.length === end ? text : text.slice(0, end);
  const isPlain = !CONTROL_IN_HEAD.test(head);
  if (!isPlain && NUL_OR_CR.test(head)) throw new BadAnswer('its head has a NUL or a CR inside a line');
  let start = statusEnd + LINE_END_BYTES;
  while (start < end) {
    const newline = text.indexOf('\n', start);
    const lineEnd = newline - 1;
    const colon = text.indexOf(':', start);
    if (text.charCodeAt(lineEnd) !== CR) throw new BadAnswer('a line of its head ends without CR');
    if (
      colon <= start ||
      colon > lineEnd ||
      text.charCodeAt(start) <= SPACE ||
      text.charCodeAt(colon - 1) <= SPACE
    )
      throw new BadAnswer('a line of its head is no header');
    const candidates = byLength[colon - start];
    const candidate = candidates && candidateAt(candidates, text, start, colon);
    if (candidate) {
      const value = trimmed(text, colon + 1, lineEnd);
      if (candidate.wanted) takeHeader(headers, candidate.wanted, isPlain ? value : shownValue(value));
      if (candidate.framing) framing.take(candidate.framing, value);
    }
    start = newline + 1;
  }
  const hasNoBody = isAnswerToHead || status < 200 || status === 204 || status === 304;
  return { status, headers, ...framing.conclude(digitAt(text, VERSION_AT) === 0, hasNoBody) };
}
