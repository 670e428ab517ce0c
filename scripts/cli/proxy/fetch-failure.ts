import { BadInput } from '../bad-input';

/**
 * Returns why `fetch` failed: it says only that it did, and keeps why as the innermost cause.
 * @throws BadInput where the proxy of the environment is none, as no further attempt helps
 */
export function fetchFailure(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  if (reason instanceof BadInput) throw reason;
  if (!(reason instanceof Error)) return String(reason);
  // An error over several addresses has no message of its own.
  return reason.message || ('code' in reason && String(reason.code)) || reason.name;
}
