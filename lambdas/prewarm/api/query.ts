import type * as z from 'zod';
import { ApiFailure } from './failure';

/**
 * Reads a query string or a small body by its schema.
 * @throws ApiFailure 400 that names every field at fault.
 */
export const readBy = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new ApiFailure(
    400,
    read.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; '),
  );
};
