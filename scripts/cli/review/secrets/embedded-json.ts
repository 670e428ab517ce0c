import { isList, isObject, type JsonValue } from '../model/json-value';

/** Returns the value of a string that holds a JSON object or list, such as a policy; undefined for any other string. */
export function parseEmbeddedJson(text: string): JsonValue | undefined {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return undefined;
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) || isList(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
