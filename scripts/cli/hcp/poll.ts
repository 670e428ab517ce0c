import { HcpError } from './hcp-client';

/** Waits so many milliseconds; tests wait for nothing. */
export type Pause = (milliseconds: number) => Promise<unknown>;

/**
 * Returns a function that tells a status on standard error where it is another one than before, so that who waits sees for what.
 *
 * @param waitsFor - what a status waits for, where its name does not say so
 */
export function statusTeller(
  subject: string,
  waitsFor: Readonly<Record<string, string>> = {},
): (status: string) => void {
  let last: string | undefined;
  return (status) => {
    if (status === last) return;
    last = status;
    const reason = waitsFor[status];
    process.stderr.write(`warmpath: ${subject} is ${status}${reason === undefined ? '' : `: ${reason}`}\n`);
  };
}

export interface Polling {
  readonly pause: Pause;
  readonly everyMs: number;
  readonly maxPolls: number;
  /** What is said where it takes longer. */
  readonly late: string;
}

/**
 * Asks until there is an answer. Returns it.
 *
 * @throws HcpError where none came in time; whatever `ask` throws
 */
export async function poll<T>(
  { pause, everyMs, maxPolls, late }: Polling,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (let asked = 0; asked < maxPolls; asked += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(everyMs);
  }
  throw new HcpError(late, 0);
}
