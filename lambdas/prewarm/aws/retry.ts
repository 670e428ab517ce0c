/** Exponential back-off with full jitter. */
export interface RetryOptions {
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

const DEFAULTS: RetryOptions = { attempts: 8, baseMs: 25, maxMs: 2_000 };

/** Milliseconds before the next attempt; `attempt` is 0 before the first repeat. */
export function backoffMs(attempt: number, { baseMs, maxMs }: RetryOptions = DEFAULTS): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** attempt);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs until it succeeds, fails with something that will not heal, or the attempts are used up. */
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
      await pause(backoffMs(attempt, options));
    }
  }
}
