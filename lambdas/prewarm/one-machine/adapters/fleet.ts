import type { Fleet } from '../../engine/ports/fleet';
import { keys } from './keys';
import { del, put, type Store } from './store';

/**
 * One machine stands for the whole fleet: the capacity says how many slices it warms at a time. What the requests ask
 * for is computed anew whenever one begins or ends, and after a restart, so it is not stored. What an operator orders
 * goes before it, and is stored apart, so that neither requests that come and go nor a restart undo it.
 */
export class EmbeddedFleet implements Fleet {
  readonly name = 'this machine';
  private asked = 0;
  private ordered: number | undefined;

  constructor(private readonly store: Store) {
    this.ordered = store.get<number>(keys.capacity);
  }

  /** Instances that the requests ask for, whatever an operator ordered. */
  async capacity(): Promise<number> {
    return this.asked;
  }

  async setCapacity(instances: number): Promise<void> {
    this.asked = instances;
  }

  /** What an operator orders, in instances; 0 pauses the warming. Holds until `release`, also over a restart. */
  async order(instances: number): Promise<void> {
    this.ordered = instances;
    await this.store.commit([put(keys.capacity, instances)], true);
  }

  /** Ends the operator's order: what the requests ask for counts again. */
  async release(): Promise<void> {
    if (this.ordered === undefined) return;
    this.ordered = undefined;
    await this.store.commit([del(keys.capacity)], true);
  }

  /** Instances that count: the operator's, else those that the requests ask for. */
  get inForce(): number {
    return this.ordered ?? this.asked;
  }

  /** Returns true while an operator's 0 holds. */
  get isPaused(): boolean {
    return this.ordered === 0;
  }

  /** Slices to warm at a time. Requests that ask for no instance still get one machine: this one is running anyway. */
  slots(slicesPerInstance: number, max: number): number {
    return this.isPaused ? 0 : Math.min(max, Math.max(1, this.inForce) * slicesPerInstance);
  }
}
