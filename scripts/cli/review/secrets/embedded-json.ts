import { isList, isObject, type JsonValue } from '../model/json-value';

/** Returns the value of a string that holds a JSON object or list, such as a policy; undefined for any other string. */
export function parseEmbeddedJson(text: string): JsonValue | undefined {
  const first = /\S/.exec(text)?.[0];
  if (first !== '{' && first !== '[') return undefined;
  if (lastParsed.has(text)) return lastParsed.get(text);
  const value = parsed(text);
  if (lastParsed.size >= MAX_LAST_PARSED) lastParsed.clear();
  lastParsed.set(text, value);
  return value;
}

/** Of one change, who compares a policy and who tells what it means read the same text. */
const lastParsed = new Map<string, JsonValue | undefined>();
const MAX_LAST_PARSED = 16;

function parsed(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) || isList(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
