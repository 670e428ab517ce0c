import { type FieldIssue, shown } from './invalid-request';
import { MAX_URL_BYTES, MAX_URL_PATTERNS } from './limits';

const ALLOWED =
  'patterns that begin with /, * or https://, in which * stands for any characters, such as "/images/*" or "*.jpg"';

/** Which of its URLs a request warms: those that one of `include` matches, and none of `exclude` does. */
export interface UrlPatterns {
  /** @default - all */
  readonly include?: readonly string[];
  /** @default none */
  readonly exclude?: readonly string[];
}

/** Checks patterns as a caller wrote them. Problems are added to `issues`. */
export function checkUrlPatterns(
  field: 'include' | 'exclude',
  written: string | readonly string[] | undefined,
  issues: FieldIssue[],
): readonly string[] | undefined {
  if (written === undefined) return undefined;
  const patterns = typeof written === 'string' ? [written] : written;
  if (patterns.length > MAX_URL_PATTERNS)
    issues.push({ field, got: shown(patterns), allowed: `at most ${MAX_URL_PATTERNS} patterns` });
  patterns.slice(0, MAX_URL_PATTERNS).forEach((pattern, index) => {
    const isOne = /^(?:[/*]|https?:\/\/)/i.test(pattern) && pattern.length <= MAX_URL_BYTES;
    if (!isOne) issues.push({ field: `${field}[${index}]`, got: shown(pattern), allowed: ALLOWED });
  });
  return patterns;
}

/** In linear time for each part of the pattern: the leftmost position of a part never keeps a later part from its own. */
function matchesWildcards(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

/**
 * Returns true where a normalised URL matches a pattern: as a whole, or by its path, with the query where the pattern has one.
 */
function matches(pattern: string, url: string): boolean {
  if (/^https?:/i.test(pattern)) return matchesWildcards(pattern, url);
  const path = url.slice(url.indexOf('/', url.indexOf('//') + 2));
  return matchesWildcards(pattern, pattern.includes('?') ? path : (path.split('?', 1)[0] ?? path));
}

/** Tells the URLs that a request warms from those that its patterns leave out. */
export function urlSelection({ include, exclude = [] }: UrlPatterns): (url: string) => boolean {
  return (url) =>
    (include === undefined || include.length === 0 || include.some((pattern) => matches(pattern, url))) &&
    !exclude.some((pattern) => matches(pattern, url));
}
