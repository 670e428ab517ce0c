import type { Fleet } from '../ports';

/**
 * One machine stands for the whole fleet: the capacity says how many slices it warms at a time. It is computed anew
 * whenever a request begins or ends, and after a restart, so it is not stored.
 */
export class EmbeddedFleet implements Fleet {
  readonly name = 'this machine';
  private instances = 0;
  private paused = false;

  async capacity(): Promise<number> {
    return this.instances;
  }

  async setCapacity(instances: number): Promise<void> {
    this.instances = instances;
    this.paused = false;
  }

  /** What an operator asks for; 0 pauses the warming until the capacity changes again. */
  override(instances: number): void {
    this.instances = instances;
    this.paused = instances === 0;
  }

  /** True from an operator's 0 until the capacity changes again. */
  get isPaused(): boolean {
    return this.paused;
  }

  /** Slices to warm at a time. Requests that ask for no instance still get one machine: this one is running anyway. */
  slots(slicesPerInstance: number, max: number): number {
    return this.paused ? 0 : Math.min(max, Math.max(1, this.instances) * slicesPerInstance);
  }
}
