/** Words, quotes and line ends of a Dockerfile. */

/** The text before the line's end, and whether the instruction ends with it (no continuation). */
export function endOfLine(
  line: string,
  escapeToken: string,
): { readonly text: string; readonly ends: boolean } {
  const bare = line.replace(/[\r\n]+$/, '');
  const trimmed = bare.replace(/[ \t]+$/, '');
  const continues = trimmed.endsWith(escapeToken) && !trimmed.slice(0, -1).endsWith(escapeToken);
  return continues ? { text: trimmed.slice(0, -1), ends: false } : { text: bare, ends: true };
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

/** Splits leading `--flags` from what follows; quotes and escapes of flags are resolved. */
export function fieldsOf(
  text: string,
  escapeToken: string,
): { readonly flags: readonly string[]; readonly rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text.charAt(at))) at++;
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) };
    let word = '';
    let quote = '';
    while (at < text.length && (quote !== '' || !/\s/.test(text.charAt(at)))) {
      const ch = text.charAt(at);
      if (quote === '' && (ch === '"' || ch === "'")) quote = ch;
      else if (ch === quote) quote = '';
      else if (ch === escapeToken) word += text.charAt(++at);
      else word += ch;
      at++;
    }
    if (word === '--') return { flags, rest: text.slice(at) };
    flags.push(word);
  }
}

/** Splits at white space outside of quotes; quotes and escapes stay in the words. */
export function quotedWords(text: string, escapeToken: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let begun = false;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const ch = text.charAt(at);
    if (quote === '' && /\s/.test(ch)) {
      if (begun) words.push(word);
      word = '';
      begun = false;
      continue;
    }
    begun = true;
    if (ch === escapeToken && quote !== "'") {
      // An escapeToken at the very end is dropped.
      if (at + 1 < text.length) word += ch + text.charAt(++at);
      else begun = word !== '';
      continue;
    }
    if (quote === '' && (ch === '"' || ch === "'")) quote = ch;
    else if (ch === quote) quote = '';
    word += ch;
  }
  if (begun) words.push(word);
  return words;
}

/** Splits at runs of white space, as FROM, COPY in its plain form and EXPOSE do. */
export function plainWords(text: string): readonly string[] {
  return text === '' ? [] : text.split(/[\t\v\f\r ]+/);
}

interface HeredocStart {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
}

const HEREDOC = /^\d*<<(-?)\s*([^<]*)$/;

/** The here-documents that a logical line begins, in order; not certain where shell syntax is beyond this reader. */
export function heredocsOf(text: string): {
  readonly found: readonly HeredocStart[];
  readonly certain: boolean;
} {
  // White space between << and its word belongs to it. Escapes here are backslashes whatever the directive says.
  const words = quotedWords(text.replace(/<<[\t\r ]+(?=\S)/g, '<<'), '\\');
  const found: HeredocStart[] = [];
  let certain = !/\$\{(?!\w+\})/.test(text) && balanced(text);
  for (const word of words) {
    const match = HEREDOC.exec(word);
    const raw = match?.[2] ?? '';
    if (raw === '') continue;
    const name = raw.replace(
      /"([^"]*)"|'([^']*)'/g,
      (_, double?: string, single?: string) => double ?? single ?? '',
    );
    if (/[\\$"']/.test(name)) certain = false;
    found.push({ name, expand: name === raw, chomp: match?.[1] === '-' });
  }
  return { found, certain };
}

/** Whether every quote is closed; BuildKit finds no here-document in a line where one is not. */
function balanced(text: string): boolean {
  return /^(?:[^\\"']|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')*$/.test(text);
}
