/**
 * Splits a Dockerfile into instructions the way BuildKit does: directives, continuation lines, comments inside of them,
 * flags and here-documents. It knows nothing of what an instruction means.
 */
import { endOfLine, fieldsOf, heredocsOf, isBlank } from './words';

export interface Heredoc {
  readonly name: string;
  /** Variables in the content are expanded: the name was not quoted. */
  readonly expand: boolean;
  /** Leading tabs are removed from every line (`<<-`). */
  readonly chomp: boolean;
  readonly content: string;
}

export interface Instruction {
  /** In upper case, such as `COPY`. */
  readonly keyword: string;
  /** Such as `--from=build`, without quotes. */
  readonly flags: readonly string[];
  /** What follows keyword and flags, continuation lines joined, trimmed. */
  readonly rest: string;
  readonly heredocs: readonly Heredoc[];
  /** Line of the file on which the instruction begins, counted from 1. */
  readonly line: number;
  /** The whole instruction as one logical line, without here-documents. */
  readonly text: string;
}

export interface ParsedDockerfile {
  readonly instructions: readonly Instruction[];
  readonly escapeToken: '\\' | '`';
  /** `# syntax=`, `undefined` where there is none. */
  readonly syntax: Directive | undefined;
  /** What this parser is not sure to read as BuildKit does, each with its line. */
  readonly doubts: readonly Doubt[];
}

export interface Directive {
  readonly value: string;
  readonly line: number;
}

export interface Doubt {
  readonly line: number;
  readonly reason: string;
}

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const KNOWN_DIRECTIVES: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);
const TAKES_HEREDOC: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

function isComment(line: string): boolean {
  return /^\s*#/.test(line);
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Directives stand before everything else, one each; the first line that is none ends them. */
function readDirectives(lines: readonly string[]): ReadonlyMap<string, Directive> {
  const found = new Map<string, Directive>();
  // A shebang line may stand first where a frontend looks for its own name.
  const start = lines[0]?.startsWith('#!') ? 1 : 0;
  for (const [index, line] of lines.slice(start).entries()) {
    const match = DIRECTIVE.exec(line.replace(/[\r\n]+$/, ''));
    const name = match?.[1]?.toLowerCase();
    if (match?.[2] === undefined || name === undefined || !KNOWN_DIRECTIVES.has(name) || found.has(name))
      break;
    found.set(name, { value: match[2], line: start + index + 1 });
  }
  return found;
}

/** Splits one logical line into keyword, flags and rest. */
function split(text: string, escapeToken: string): Pick<Instruction, 'keyword' | 'flags' | 'rest'> {
  const [, keyword = '', args = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const { flags, rest } = fieldsOf(args, escapeToken);
  return { keyword: keyword.toUpperCase(), flags, rest: rest.trim() };
}

/** Whether here-documents are looked for; the trigger of an ONBUILD may have them too. */
function takesHeredoc(
  { keyword, rest }: Pick<Instruction, 'keyword' | 'rest'>,
  escapeToken: string,
): boolean {
  const inner = keyword === 'ONBUILD' ? split(rest, escapeToken) : { keyword, rest };
  return TAKES_HEREDOC.has(inner.keyword) && !isJsonArray(inner.rest);
}

function isJsonArray(text: string): boolean {
  return jsonWords(text) !== undefined;
}

/** The words of an instruction in JSON form, or `undefined` where the text is no array of strings. */
export function jsonWords(text: string): readonly string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

/** Parses one instruction that stands alone, such as a trigger of ONBUILD. */
export function parseTrigger(text: string, line: number): ParsedDockerfile {
  const parsed = parseDockerfile(text);
  return {
    ...parsed,
    instructions: parsed.instructions.map((instruction) => ({ ...instruction, line })),
    doubts: parsed.doubts.map(({ reason }) => ({ line, reason })),
  };
}

/** Parses a whole Dockerfile. It never throws: what is not understood becomes a {@link Doubt}. */
export function parseDockerfile(source: string): ParsedDockerfile {
  const lines = withoutByteOrderMark(source).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const directives = readDirectives(lines);
  const doubts: Doubt[] = [];
  const named = directives.get('escape');
  const escapeToken = named?.value === '`' ? '`' : '\\';
  if (named && named.value !== '`' && named.value !== '\\') {
    doubts.push({ line: named.line, reason: `escape directive ${JSON.stringify(named.value)}` });
  }
  if (/^\s*(\/\/|\{)/.test(lines[0] ?? ''))
    doubts.push({ line: 1, reason: 'frontend named in another way than # syntax=' });
  const instructions: Instruction[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = index + 1;
    const first = endOfLine((lines[index++] ?? '').trimStart(), escapeToken);
    if (isComment(first.text) || (first.ends && isBlank(first.text))) continue;
    let { text, ends } = first;
    while (!ends && index < lines.length) {
      const next = lines[index++] ?? '';
      if (isComment(next) || isBlank(next)) continue;
      const part = endOfLine(next, escapeToken);
      text += part.text;
      ends = part.ends;
    }
    const parts = split(text, escapeToken);
    const heredocs: Heredoc[] = [];
    if (text.includes('<<') && takesHeredoc(parts, escapeToken)) {
      const { found, certain } = heredocsOf(text);
      if (!certain)
        doubts.push({
          line,
          reason: 'a here-document beside quotes or substitutions that are not understood',
        });
      for (const { name, expand, chomp } of found) {
        let content = '';
        let closed = false;
        while (index < lines.length && !closed) {
          const next = lines[index++] ?? '';
          const bare = next.replace(/[\r\n]+$/, '');
          closed = (chomp ? bare.replace(/^\t+/, '') : bare) === name;
          if (!closed) content += next;
        }
        if (!closed) doubts.push({ line, reason: `here-document ${name} has no end` });
        heredocs.push({ name, expand, chomp, content });
      }
    }
    instructions.push({ ...parts, heredocs, line, text: text.trim() });
  }
  return { instructions, escapeToken, syntax: directives.get('syntax'), doubts };
}
