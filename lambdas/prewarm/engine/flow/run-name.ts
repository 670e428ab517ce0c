import type { Clock } from '../ports/clock';

/**
 * A name for what one run of a step writes. Runs may overlap and deliveries may repeat: what each writes lies under a name
 * of its own, and a conditional write of a record says whose counts.
 */
export function newRunName(clock: Pick<Clock, 'now' | 'random'>): string {
  return `${clock.now().toString(36)}-${Math.floor(clock.random() * 2 ** 52).toString(36)}`;
}
