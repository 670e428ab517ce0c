import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Linux counts in hundredths of a second, whatever the machine. */
const MS_PER_TICK = 10;

/** Returns the time that all cores together were idle since the machine started, in milliseconds. */
function idleMs(): number {
  try {
    const ticks = /^cpu +(?:\d+ ){3}(\d+)/.exec(readFileSync('/proc/stat', 'latin1'))?.[1];
    if (ticks !== undefined) return Number(ticks) * MS_PER_TICK;
  } catch {
    // Another system, which has no such file.
  }
  // Also asks each core for its clock rate, which takes tens of milliseconds.
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** Begins to watch the machine; the answer is called later and tells how many cores nobody used on average since then. */
export function watchIdleCores(): () => number {
  const before = idleMs();
  const beganMs = performance.now();
  return () => (idleMs() - before) / (performance.now() - beganMs);
}
