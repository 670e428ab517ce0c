import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** Begins to watch the machine; the answer is called later and tells how many cores nobody used on average since then. */
export function watchIdleCores(): () => number {
  const before = idleMs();
  const beganMs = performance.now();
  return () => (idleMs() - before) / (performance.now() - beganMs);
}
