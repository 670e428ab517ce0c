/** `.dockerignore` and `--exclude` patterns with the rules of BuildKit's matcher, which are not those of `.gitignore`. */
import { posix } from 'node:path';
import { type GlobPiece, globMatcher } from './glob';

interface Pattern {
  readonly text: string;
  /** Begins with `!`: what it matches is brought back. */
  readonly negated: boolean;
  readonly matches: (path: string) => boolean;
}

/** What the patterns said of a folder, one flag per pattern; its children start from it. */
export type PatternState = readonly boolean[];

const WILDCARD = /[*[\]?^\\]/;

/** A pattern that BuildKit refuses, so that the build fails. */
export interface BadPattern {
  readonly pattern: string;
  readonly reason: string;
}

/** One list of patterns; of several that match a path the last decides. */
export class IgnorePatterns {
  readonly bad: readonly BadPattern[];
  /** Patterns whose meaning is not certain here; whoever sees one must not rely on what is matched. */
  readonly unknown: readonly string[];
  private readonly patterns: readonly Pattern[];
  private readonly hasNegated: boolean;
  /** Folders outside of every negated pattern need not be entered; only certain when those have no wildcard. */
  private readonly negatedArePlain: boolean;

  constructor(lines: readonly string[]) {
    const patterns: Pattern[] = [];
    const bad: BadPattern[] = [];
    const unknown: string[] = [];
    for (const line of lines) {
      if (line.trim() === '') continue;
      const cleaned = cleanPath(line.trim());
      const negated = cleaned.startsWith('!');
      const text = negated ? cleaned.slice(1) : cleaned;
      if (text === '') {
        bad.push({ pattern: line, reason: '! without a pattern' });
        continue;
      }
      if (!isGlob(text)) {
        bad.push({ pattern: line, reason: 'a bracket that is not closed, or a backslash at its end' });
        continue;
      }
      const matches = compile(text);
      if (matches === undefined) unknown.push(line);
      else patterns.push({ text, negated, matches });
    }
    this.unknown = unknown;
    this.patterns = patterns;
    this.bad = bad;
    const negatedOnes = patterns.filter(({ negated }) => negated);
    this.hasNegated = negatedOnes.length > 0;
    this.negatedArePlain = negatedOnes.every(({ text }) => !WILDCARD.test(withoutTrailingGlob(text)));
  }

  get size(): number {
    return this.patterns.length;
  }

  /** Whether a path is matched; `parent` is the state of its folder, absent at the top. */
  test(path: string, parent?: PatternState): { readonly matched: boolean; readonly state: PatternState } {
    let matched = false;
    const state = this.patterns.map(({ negated, matches }, index) => {
      const hit = parent?.[index] === true || (negated === matched && matches(path));
      if (hit) matched = !negated;
      return hit;
    });
    return { matched, state };
  }

  /** Whether something below a folder that is matched can still be brought back. */
  mayReturnBelow(folder: string): boolean {
    if (!this.hasNegated) return false;
    if (!this.negatedArePlain) return true;
    return this.patterns.some(
      ({ negated, text }) => negated && `${withoutTrailingGlob(text)}/`.startsWith(`${folder}/`),
    );
  }

  /** The patterns that match at least one of the paths' own names; for reports of useless lines. */
  matching(path: string): readonly string[] {
    return this.patterns
      .filter(({ matches }) => matches(path))
      .map(({ text, negated }) => (negated ? `!${text}` : text));
  }

  /** Every pattern as it is matched. */
  texts(): readonly string[] {
    return this.patterns.map(({ text, negated }) => (negated ? `!${text}` : text));
  }
}

/** Path without `.`, `..`, double and trailing slashes. */
function cleanPath(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** The lines of an ignore file as patterns: comments and blanks dropped, paths cleaned, a leading slash removed. */
export function readIgnoreFile(text: string): readonly string[] {
  const patterns: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index === 0 ? raw.replace(/^\uFEFF/, '') : raw;
    if (line.startsWith('#')) continue;
    let pattern = line.trim();
    if (pattern === '') continue;
    const negated = pattern.startsWith('!');
    if (negated) pattern = pattern.slice(1).trim();
    if (pattern !== '') pattern = cleanPath(pattern);
    if (pattern.length > 1 && pattern.startsWith('/')) pattern = pattern.slice(1);
    patterns.push(negated ? `!${pattern}` : pattern);
  }
  return patterns;
}

/** A trailing wildcard for everything below needs no look inside of the pattern. */
function withoutTrailingGlob(text: string): string {
  return text.replace(/\/\*\*$/, '').replace(/\/\*$/, '');
}

/** Whether every bracket is closed and nothing is escaped at the end: what path matching in Go accepts. */
function isGlob(text: string): boolean {
  return /^(?:[^\\[]|\\[\s\S]|\[\^?(?:(?:\\[\s\S]|[^\\\]-])(?:-(?:\\[\s\S]|[^\\\]-]))?)+\])*$/.test(text);
}

/** A test for paths, or `undefined` where Go's regular expressions would read the pattern in a way of their own. */
function compile(text: string): ((path: string) => boolean) | undefined {
  const leading = text.startsWith('**');
  const trailing = text.endsWith('**');
  const middle = text.slice(leading ? 2 : 0);
  if (leading && !/[*?[\]\\]/.test(middle)) {
    // `**/name` matches at any depth, `**end` whatever ends so.
    return (path) => path.endsWith(middle) || (middle.startsWith('/') && path === middle.slice(1));
  }
  if (!/[*?[\]\\]/.test(text)) return (path) => path === text;
  const start = text.slice(0, -2);
  if (trailing && !/[*?[\]\\]/.test(start)) return (path) => path.startsWith(start);
  const pieces = piecesOf(text);
  try {
    return pieces && globMatcher(pieces);
  } catch {
    return undefined;
  }
}

/** `undefined` where Go gives a meaning of its own to what is written. */
function piecesOf(text: string): readonly GlobPiece[] | undefined {
  const pieces: GlobPiece[] = [];
  for (let at = 0; at < text.length; at++) {
    const ch = text.charAt(at);
    if (ch === '*' && text.charAt(at + 1) === '*') {
      at++;
      if (text.charAt(at + 1) === '/') at++;
      pieces.push(at + 1 >= text.length ? { kind: 'any', source: '.' } : { kind: 'folders' });
    } else if (ch === '*') pieces.push({ kind: 'any', source: '[^/]' });
    else if (ch === '?') pieces.push({ kind: 'one', source: '[^/]' });
    else if (ch === '\\') {
      const next = characterAt(text, ++at);
      // Go gives a meaning to an escaped letter or digit, such as \d.
      if (next === '' || /\w/.test(next)) return undefined;
      at += next.length - 1;
      pieces.push({ kind: 'one', source: escaped(next) });
    } else if (ch === '[') {
      const end = closingBracket(text, at);
      if (end === undefined || text.startsWith('[:', at + 1)) return undefined;
      const source = text.slice(at, end + 1).replace(/\\(.)/gu, (_, next: string) => escaped(next));
      pieces.push({ kind: 'one', source });
      at = end;
    } else if (ch === '^') return undefined;
    else {
      const character = characterAt(text, at);
      at += character.length - 1;
      pieces.push({ kind: 'one', source: escaped(character) });
    }
  }
  return pieces;
}

/** One character, which may take two places of a string; `` past its end. */
function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** A character that means itself in a regular expression. */
function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function closingBracket(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === ']') return at;
  }
  return undefined;
}
