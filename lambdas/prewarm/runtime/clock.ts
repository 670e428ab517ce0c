import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Clock } from '../engine/ports/clock';
import { busyMs } from './busy-time';

/** Longest delay that a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  monotonicMs: () => performance.now(),
  random: Math.random,
  busyMs: () => busyMs(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      const timer = setTimeout(done, Math.min(ms, LONGEST_MS));
      // Hundreds of fetches wait on the signal of their slice; Node would warn of a leak from the eleventh on.
      if (signal) setMaxListeners(0, signal);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
