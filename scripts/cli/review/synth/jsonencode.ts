/** One token: a string with its interpolations, punctuation, space, or a run of any other characters. */
const TOKEN =
  /"(?:[^"\\$]|\\.|\$(?!\{)|\$\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})*"|[[\]{}(),=]|\s+|[^\s"[\]{}(),=]+/gy;

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Returns the JSON text of an expression `${jsonencode(…)}` as cdktf writes it, in which a reference stands as the string
 * `${reference}`; undefined for any other text.
 */
export function parseJsonencode(expression: string): string | undefined {
  const argument = /^\$\{jsonencode\(([\s\S]+)\)\}$/.exec(expression)?.[1];
  if (argument === undefined) return undefined;
  const tokens = argument.match(TOKEN) ?? [];
  if (tokens.join('') !== argument) return undefined;
  const json = withReferences(tokens).join('');
  try {
    JSON.parse(json);
    return json;
  } catch {
    return undefined;
  }
}

/** Puts a colon where HCL has `=`, and quotes around each reference or call: what stands between two separators. */
function withReferences(tokens: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let reference = '';
  let depth = 0;
  for (const token of tokens) {
    const isInside = depth > 0 || reference !== '';
    if (isInside && isOpening(token)) depth += 1;
    if (depth > 0) {
      reference += token;
      if (isClosing(token)) depth -= 1;
      continue;
    }
    const isPlain = /^[[\]{},="]/.test(token) || token.trim() === '' || LITERAL.test(token);
    if (!isPlain) {
      reference += token;
      continue;
    }
    if (reference !== '') parts.push(JSON.stringify(`\${${reference}}`));
    reference = '';
    parts.push(token === '=' ? ':' : token.startsWith('"') ? quotesEscaped(token) : token);
  }
  if (reference !== '') parts.push(JSON.stringify(`\${${reference}}`));
  return parts;
}

function isOpening(token: string): boolean {
  return token === '(' || token === '[' || token === '{';
}

function isClosing(token: string): boolean {
  return token === ')' || token === ']' || token === '}';
}

/** Quotes inside of an interpolation stand bare in HCL, and escaped in JSON. */
function quotesEscaped(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, (interpolation) => JSON.stringify(interpolation).slice(1, -1));
}
