import { type BackoffLimits, backoffMs } from '../engine/warming/retry';

export interface RetryOptions extends BackoffLimits {
  /** Most attempts, the first included. */
  readonly attempts: number;
}

const DEFAULTS: RetryOptions = { attempts: 8, backoffBaseMs: 25, backoffMaxMs: 2_000 };

/** Waits for the backoff that follows so many failed attempts. */
export function pauseAfter(failedAttempts: number, limits: BackoffLimits = DEFAULTS): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, backoffMs(failedAttempts, limits, Math.random())));
}

/** Repeats a call until it succeeds, throws an error that a retry cannot mend, or the attempts are used up. */
export async function retrying<T>(
  run: () => Promise<T>,
  mayHeal: (error: unknown) => boolean,
  options: RetryOptions = DEFAULTS,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt + 1 >= options.attempts || !mayHeal(error)) throw error;
      await pauseAfter(attempt + 1, options);
    }
  }
}
