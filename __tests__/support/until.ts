import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves as soon as the condition holds, however long that takes: only the test's own time-out ends the waiting, so a busy
 * machine makes a test slower and not fail.
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  // Not a reason for the process to stay: a test that was given up leaves this loop behind.
  while (!(await condition())) await sleep(5, undefined, { ref: false });
}
