import { setTimeout as wait } from 'node:timers/promises';
import type { StackOutputs } from '../deployed-stack';
import type { Sighting } from '../live-test';

/** What the checks look at. */
export interface LiveContext {
  /** Outputs of ai-shell-ecs; absent where it is not deployed. */
  readonly shell?: StackOutputs;
  /** Outputs of prewarm; absent where it is not deployed. */
  readonly prewarm?: StackOutputs;
  readonly providerVersion?: string;
  readonly region: string;
  /** Objects of one distribution to warm. */
  readonly urls: readonly string[];
  /** An emulator serves no API, boots nothing and evaluates nothing: nobody waits for it. */
  readonly isEmulated: boolean;
  /** Aborted where the user interrupts the test: nobody waits any longer. */
  readonly interrupted: AbortSignal;
  /** Runs `warmpath` and returns its standard output. */
  readonly warmpath: (...args: readonly string[]) => Promise<string>;
}

export function seen(found: string): Sighting {
  return { outcome: 'seen', found };
}

export function notSeen(found: string): Sighting {
  return { outcome: 'not seen', found };
}

export function different(found: string): Sighting {
  return { outcome: 'different', found };
}

const POLL_MS = 10_000;

/** Asks until there is an answer, or for `seconds`; an emulator is asked once. */
export async function waitFor<T>(
  { isEmulated, interrupted }: LiveContext,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const polls = isEmulated ? 0 : Math.ceil((seconds * 1_000) / POLL_MS);
  for (let poll = 0; ; poll += 1) {
    const answer = await ask();
    if (answer !== undefined || poll >= polls || interrupted.aborted) return answer;
    await wait(POLL_MS, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

/** Returns how long `waitFor` waited, for messages. */
export function withinSeconds({ isEmulated, interrupted }: LiveContext, seconds: number): string {
  if (isEmulated) return 'in an emulator';
  return interrupted.aborted ? 'before the test was interrupted' : `within ${seconds} s`;
}

/** Returns an output that is a text. */
export function textOutput(outputs: StackOutputs | undefined, name: string): string | undefined {
  const value = outputs?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
