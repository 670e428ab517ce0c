import type * as z from 'zod';
import { isJsonObject } from '../../errors/json-fault';
import { type FieldIssue, shown } from '../engine/request/invalid-request';
import { MAX_ALIASES, MAX_POPS } from '../engine/request/limits';
import { didYouMean } from '../engine/request/nearest';
import type { PrewarmBody } from '../engine/request/request-body';
import { ALLOWED, prewarmBodySchema } from './schemas';

/** The fields of a body that have the right types, and what is wrong with the others. */
export interface ReadBody {
  readonly body: PrewarmBody;
  readonly issues: readonly FieldIssue[];
  /** Fields that were ignored or read in another way than written, a sentence each. */
  readonly warnings: readonly string[];
}

const FIELDS = Object.keys(prewarmBodySchema.shape);
/** Far more than are documented: a body with as many is not looked at any closer. */
const MAX_FIELDS = 1_000;
const MAX_ISSUES = 50;
const MAX_KEY_LENGTH = 64;
/** Elements of the longest list besides url_list. */
const MAX_ELEMENTS = Math.max(MAX_ALIASES, 2 * MAX_POPS);

function isField(key: string): key is keyof PrewarmBody {
  return Object.hasOwn(prewarmBodySchema.shape, key);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    root,
  );
}

function pathName(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index ? '.' : ''}${String(key)}`))
    .join('');
}

function unknownKey(key: string): FieldIssue {
  const field = key.slice(0, MAX_KEY_LENGTH);
  const hint = didYouMean(field, FIELDS);
  return hint === undefined
    ? { field, got: 'an unknown field', allowed: FIELDS.join(', '), hint: 'leave it out' }
    : { field, got: 'an unknown field', allowed: 'the documented ones', hint };
}

function fieldIssue(issue: z.core.$ZodIssue, input: unknown): readonly FieldIssue[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.slice(0, MAX_ISSUES).map(unknownKey);
  }
  const field = String(issue.path[0]);
  const value = valueAt(input, issue.path);
  if (field === 'header') {
    // Neither a value nor a key of the object: either may be a secret.
    return [{ field, got: `something of type ${typeOf(value)}`, allowed: ALLOWED.header }];
  }
  const allowed = isField(field) ? ALLOWED[field] : issue.message;
  return [{ field: pathName(issue.path), got: shown(value), allowed }];
}

/** A million strings are checked in a loop: a schema keeps an issue for each that is none. */
function readUrlList(value: unknown, issues: FieldIssue[]): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    issues.push({ field: 'url_list', got: shown(value), allowed: ALLOWED.url_list });
    return undefined;
  }
  const wrong = value.findIndex((url) => typeof url !== 'string');
  if (wrong < 0) return value;
  issues.push({ field: `url_list[${wrong}]`, got: shown(value[wrong]), allowed: 'a string' });
  return undefined;
}

function elementCount(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : 0;
}

/** Lists that are too long for any field are not shown to the schema: it keeps an issue for each element that is wrong. */
function takeLongLists(fields: Record<string, unknown>, issues: FieldIssue[]): void {
  for (const field of FIELDS.filter(isField)) {
    const count = elementCount(fields[field]);
    if (count <= MAX_ELEMENTS) continue;
    delete fields[field];
    issues.push({ field, got: `${count} elements`, allowed: ALLOWED[field] });
  }
}

const MAX_WARNINGS = 20;

/** A list or object without elements, which is false to the compatible API. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && elementCount(value) === 0;
}

/**
 * Takes out of the fields what the compatible API ignores or reads in its own way: fields that are not known, and a
 * `need_invalidate` that is neither true nor false, of which only whether it is empty counts.
 */
function takeCompatibly(fields: Record<string, unknown>): readonly string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(fields)) {
    if (isField(key)) continue;
    delete fields[key];
    if (warnings.length === MAX_WARNINGS) continue;
    const { field, hint } = unknownKey(key);
    warnings.push(`${field}: an unknown field is ignored; ${hint}`);
  }
  const { need_invalidate: invalidate } = fields;
  if (invalidate !== undefined && typeof invalidate !== 'boolean') {
    const taken = Boolean(invalidate) && !isEmpty(invalidate);
    fields['need_invalidate'] = taken;
    warnings.push(`need_invalidate: got ${shown(invalidate)}, taken as ${taken}`);
  }
  return warnings;
}

/**
 * Reads the body of `POST /prewarm`. Never throws: what is wrong is collected, unknown fields with the nearest known
 * one. A field that is `null` counts as left out.
 */
export function readPrewarmBody(json: unknown, unknownFields: 'ignore' | 'refuse' = 'refuse'): ReadBody {
  if (!isJsonObject(json)) {
    return {
      body: {},
      issues: [{ field: 'body', got: shown(json), allowed: 'a JSON object' }],
      warnings: [],
    };
  }
  const fieldCount = Object.keys(json).length;
  if (fieldCount > MAX_FIELDS) {
    const got = `an object of ${fieldCount} fields`;
    return {
      body: {},
      issues: [{ field: 'body', got, allowed: `the documented fields, at most ${MAX_FIELDS}` }],
      warnings: [],
    };
  }
  const issues: FieldIssue[] = [];
  const { url_list: written, ...others } = Object.fromEntries(
    Object.entries(json).filter(([, value]) => value !== null),
  );
  const urlList = readUrlList(written, issues);
  takeLongLists(others, issues);
  const warnings = unknownFields === 'ignore' ? takeCompatibly(others) : [];
  const first = prewarmBodySchema.safeParse(others);
  if (!first.success) issues.push(...first.error.issues.flatMap((issue) => fieldIssue(issue, others)));
  const wrong = new Set(first.error?.issues.map((issue) => String(issue.path[0])));
  const right = Object.entries(others).filter(([key]) => isField(key) && !wrong.has(key));
  const body = prewarmBodySchema.parse(Object.fromEntries(right));
  return {
    body: { ...body, ...(urlList === undefined ? {} : { url_list: urlList }) },
    issues: issues.slice(0, MAX_ISSUES),
    warnings,
  };
}
