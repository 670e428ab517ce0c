import { exactDigits } from '../input/exact-json';

/** A value of an attribute, as plan JSON holds it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Returns an own property; undefined for what is inherited, such as `constructor`. */
export function property<T>(value: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Returns whether two values are the same; an absent one and `null` are, and the order of keys does not count. */
export function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (left === null || left === undefined) return right === null || right === undefined;
  if (right === null || right === undefined) return false;
  if (isList(left))
    return (
      isList(right) && left.length === right.length && left.every((item, index) => isSame(item, right[index]))
    );
  if (!isObject(left) || !isObject(right)) return false;
  const [first, second] = [left, right];
  return (
    Object.keys(first).every((key) => isSame(first[key], property(second, key))) &&
    Object.keys(second).every((key) => Object.hasOwn(first, key) || isSame(undefined, second[key]))
  );
}

/** Returns the keys of both objects, each once, in the order of the first. */
export function keysOf(left: JsonObject, right: JsonObject): readonly string[] {
  return [...Object.keys(left), ...Object.keys(right).filter((key) => !Object.hasOwn(left, key))];
}

/** Returns the value as text that does not depend on the order of keys, for hashes and for comparing sets. */
export function canonicalText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (isObject(value))
    return `{${Object.keys(value)
      .sort()
      .filter((key) => value[key] !== null)
      .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

/** Returns the value on one line, as a reader of a plan expects it: strings without quotes, numbers with all digits. */
export function displayText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return exactDigits(value) ?? value;
  if (isList(value)) return `[${value.map(nestedText).join(', ')}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => `${key}: ${nestedText(item)}`)
      .join(', ')}}`;
  return String(value);
}

function nestedText(value: JsonValue): string {
  const isPlainString = typeof value === 'string' && exactDigits(value) === undefined;
  return isPlainString ? JSON.stringify(value) : displayText(value);
}

/** Returns what an object holds under a key; undefined for `null` and for what is no object. */
export function valueAt(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) ? (property(value, key) ?? undefined) : undefined;
}
