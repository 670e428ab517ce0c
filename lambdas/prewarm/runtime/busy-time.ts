import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const NS_PER_MS = 1e6;

/**
 * Returns the time that the calling thread has run and that it has waited for a core while it could have run, in milliseconds: of a
 * machine that others keep busy, the second is most of it. Nothing where the system does not tell.
 */
function runnableMs(file: string): number | undefined {
  try {
    const [ranNs, waitedNs] = readFileSync(file, 'latin1').split(' ').map(Number);
    return ranNs !== undefined && waitedNs !== undefined && ranNs > 0
      ? (ranNs + waitedNs) / NS_PER_MS
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns how long the calling thread has been at work, or has waited for a core to be, in milliseconds since it began.
 * @param file of the system's figures of the thread
 */
export function busyMs(file = '/proc/thread-self/schedstat'): number {
  return runnableMs(file) ?? performance.eventLoopUtilization().active;
}
