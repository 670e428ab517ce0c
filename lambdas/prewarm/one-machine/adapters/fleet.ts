import type { Fleet } from '../../engine/ports/fleet';

/**
 * One machine stands for the whole fleet: the capacity says how many slices it warms at a time. What the requests ask
 * for is computed anew whenever one begins or ends, and after a restart, so it is not stored. What an operator orders
 * goes before it, and is kept apart, so that requests that come and go do not undo it.
 */
export class EmbeddedFleet implements Fleet {
  readonly name = 'this machine';
  private asked = 0;
  private ordered: number | undefined;

  /** Instances that the requests ask for, whatever an operator ordered. */
  async capacity(): Promise<number> {
    return this.asked;
  }

  async setCapacity(instances: number): Promise<void> {
    this.asked = instances;
  }

  /** What an operator orders, in instances; 0 pauses the warming. Holds until `release`. */
  order(instances: number): void {
    this.ordered = instances;
  }

  /** Ends the operator's order: what the requests ask for counts again. */
  release(): void {
    this.ordered = undefined;
  }

  /** Instances that count: the operator's, else those that the requests ask for. */
  get inForce(): number {
    return this.ordered ?? this.asked;
  }

  /** True while an operator's 0 holds. */
  get isPaused(): boolean {
    return this.ordered === 0;
  }

  /** Slices to warm at a time. Requests that ask for no instance still get one machine: this one is running anyway. */
  slots(slicesPerInstance: number, max: number): number {
    return this.isPaused ? 0 : Math.min(max, Math.max(1, this.inForce) * slicesPerInstance);
  }
}
