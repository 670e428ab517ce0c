import { parseJson } from '../../../errors/json-fault';
import { JsonBounds } from './json-bounds';

/** Only nesting is bounded: whoever reads the text has bounded its length. */
const LIMITS = { maxValues: Infinity, maxTextBytes: Infinity, maxTokenBytes: Infinity };

/**
 * Parses JSON after its nesting was measured: a parser spends time and memory on every level, however small the text is.
 * @throws SyntaxError where it is no JSON
 * @throws JsonOutOfBounds where it is nested too deep
 */
export function parseFlatJson(text: string): unknown {
  new JsonBounds(LIMITS).look(Buffer.from(text));
  return parseJson(text);
}
