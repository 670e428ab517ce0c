import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 collect garbage early. It lets garbage lie while the machine has memory to spare, and warming makes much of it but
 * keeps little. Nothing is capped: a heap that needs more gets more. To be called first, and by every thread as it begins:
 * the settings hold for the process, but a new thread sets some of them back.
 */
export function keepHeapSmall(): void {
  // How much the old generation may grow over what was alive at the last collection; by default it doubles and more.
  setFlagsFromString('--heap-growing-percent=15');
  // The young generation keeps the few MiB that it has; by default it grows to 32 MiB.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Collected by one thread: for so little, waiting for helpers takes longer than their help saves.
  setFlagsFromString('--no-parallel-scavenge');
}
