import type { RequestHeader } from '../model/request';
import type { FieldIssue } from './invalid-request';
import { MAX_HEADER_BYTES, MAX_HEADERS } from './limits';
import { API_WORDING, type Wording } from './wording';

/** A token of RFC 9110, section 5.6.2. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, space and tab: no byte that could end the line. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** Of `: ` and the line end. */
const BYTES_PER_LINE = 4;

type Advice = (wording: Wording) => string;

/** Why a header cannot be sent, and what to do instead. */
const FORBIDDEN: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  ['host', ({ by }) => `the host of each URL is sent; name further hosts ${by('aliases')}`],
  ...[
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
    'content-length',
    'expect',
  ].map((name) => [name, () => 'it belongs to the connection (hop by hop), leave it out'] as const),
  ['range', ({ by }) => `give the number of bytes ${by('range', 'in the field')}`],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'].map(
    (name) => [name, () => 'an edge that answers 304 stores nothing, leave it out'] as const,
  ),
]);

/** The caller's headers as they are written: raw lines, or names with values. */
export type HeaderInput = readonly string[] | Readonly<Record<string, string>>;

type Line = { readonly field: string; readonly name: string; readonly value: string };

const ALLOWED = 'lines such as "Name: value"';

function splitLines(input: HeaderInput, issues: FieldIssue[]): readonly Line[] {
  if (!Array.isArray(input)) {
    return Object.entries(input).map(([name, value], index) => ({ field: `header[${index}]`, name, value }));
  }
  const lines: Line[] = [];
  input.forEach((line: string, index) => {
    const field = `header[${index}]`;
    const colon = line.indexOf(':');
    if (line.trimStart().startsWith('@')) {
      issues.push({
        field,
        got: 'a line that starts with @',
        allowed: ALLOWED,
        hint: 'files of headers are not read',
      });
    } else if (colon <= 0) {
      issues.push({ field, got: `a line of ${line.length} characters without a name`, allowed: ALLOWED });
    } else {
      lines.push({ field, name: line.slice(0, colon), value: line.slice(colon + 1) });
    }
  });
  return lines;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

/**
 * Spaces and tabs only: trimming line ends away would hide them. By index: a pattern for blanks at the end starts anew at
 * each blank within.
 */
function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start += 1;
  while (end > start && isBlank(value[end - 1])) end -= 1;
  return value.slice(start, end);
}

/**
 * Checks the caller's headers and returns them with lower-case names, repeated ones joined.
 * Problems are added to `issues`; none of them shows a value, for it may be a secret.
 */
export function normaliseHeaders(
  input: HeaderInput,
  issues: FieldIssue[],
  wording: Wording = API_WORDING,
): readonly RequestHeader[] {
  const byName = new Map<string, string>();
  let bytes = 0;
  for (const { field, name: rawName, value: rawValue } of splitLines(input, issues)) {
    const length = rawName.length + rawValue.length;
    if (length > MAX_HEADER_BYTES) {
      const allowed = `at most ${MAX_HEADER_BYTES} bytes together`;
      issues.push({ field, got: `a line of ${length} characters`, allowed });
      continue;
    }
    const name = rawName.toLowerCase();
    const value = trimBlanks(rawValue);
    if (!NAME.test(name)) {
      issues.push({
        field,
        got: 'a name with a character that header names do not have',
        allowed: 'letters, digits and -',
      });
      continue;
    }
    if (!VALUE.test(value)) {
      issues.push({
        field: `${field} (${name})`,
        got: 'a value with a control or non-ASCII character',
        allowed: 'printable ASCII on one line',
      });
      continue;
    }
    const forbidden = FORBIDDEN.get(name);
    if (forbidden !== undefined) {
      issues.push({
        field,
        got: JSON.stringify(name),
        allowed: 'headers of the request itself',
        hint: forbidden(wording),
      });
      continue;
    }
    bytes += name.length + value.length + BYTES_PER_LINE;
    const earlier = byName.get(name);
    const separator = name === 'cookie' ? '; ' : ', ';
    byName.set(name, earlier === undefined ? value : `${earlier}${separator}${value}`);
  }
  if (byName.size > MAX_HEADERS) {
    issues.push({ field: 'header', got: `${byName.size} headers`, allowed: `at most ${MAX_HEADERS}` });
  }
  if (bytes > MAX_HEADER_BYTES) {
    issues.push({
      field: 'header',
      got: `${bytes} bytes`,
      allowed: `at most ${MAX_HEADER_BYTES} bytes together`,
      hint: 'CloudFront refuses larger requests',
    });
  }
  return [...byName].map(([name, value]) => ({ name, value }));
}
