import { parseJson } from '../../../errors/json-fault';

/** No JSON that is read here is nested deeper. */
const MAX_DEPTH = 32;

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position];
    if (isInString) {
      if (character === '\\') position += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (deepest > MAX_DEPTH) return deepest;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/**
 * Parses JSON after its nesting was measured: a parser spends time and memory on every level, however small the text is.
 * @throws SyntaxError where it is no JSON
 * @throws RangeError where it is nested more than 32 levels deep
 */
export function parseFlatJson(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) throw new RangeError(`it is nested more than ${MAX_DEPTH} levels deep`);
  return parseJson(text);
}
