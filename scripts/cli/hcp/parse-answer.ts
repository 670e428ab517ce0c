import type * as z from 'zod';
import { HcpError } from './hcp-client';

/**
 * Returns an answer in the form that the API documents.
 *
 * @param what - what was asked for, such as `the run`
 * @throws HcpError where it comes in another form
 */
export function parseAnswer<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HcpError(`${what} comes in a form that is not known`, 200);
}
