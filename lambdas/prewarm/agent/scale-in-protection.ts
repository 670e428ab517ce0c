import type { Log } from '../ports';

export interface ScaleInProtectionDeps {
  /** Sets the instance's protection in its Auto Scaling group. */
  readonly set: (isProtected: boolean) => Promise<void>;
  readonly log: Log;
}

/**
 * Keeps Auto Scaling from ending an instance that holds slices. It follows what is wanted: after a call fails the next
 * look sets it again.
 */
export class ScaleInProtection {
  private current = false;

  constructor(private readonly deps: ScaleInProtectionDeps) {}

  async follow(isBusy: boolean): Promise<void> {
    if (isBusy === this.current) return;
    try {
      await this.deps.set(isBusy);
      this.current = isBusy;
    } catch (error) {
      this.deps.log.warn('scale-in-protection-failed', { wanted: isBusy, error: String(error) });
    }
  }
}
