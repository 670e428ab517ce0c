import type * as z from 'zod';
import { shown } from '../engine/request/invalid-request';
import { ApiFailure } from './failure';

function size(origin: string, bound: string, count: number | bigint): string {
  return origin === 'string' ? `${bound} ${count} characters` : `${bound} ${count}`;
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ');
  if (issue.code === 'too_small') return size(issue.origin, 'at least', issue.minimum);
  if (issue.code === 'too_big') return size(issue.origin, 'at most', issue.maximum);
  if (issue.code === 'invalid_type')
    return issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`;
  return issue.message;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

/** Returns one sentence per invalid field of a query string or a small body: what it got and what is allowed. */
export function explainIssues(error: z.ZodError, input: unknown): string {
  return error.issues
    .map((issue) => {
      const { path } = issue;
      return `${path.join('.') || 'body'}: got ${shown(valueAt(input, path))}; allowed: ${allowedBy(issue)}`;
    })
    .join('. ');
}

/**
 * Reads a query string or a small body by its schema.
 * @throws ApiFailure 400 that names every field at fault.
 */
export function readBy<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new ApiFailure('BAD_INPUT', explainIssues(read.error, input));
}
