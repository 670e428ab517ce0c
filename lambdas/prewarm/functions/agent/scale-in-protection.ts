import type { Log } from '../../engine/ports/log';

export interface ScaleInProtectionDeps {
  /** Sets the instance's protection in its Auto Scaling group. */
  readonly set: (isProtected: boolean) => Promise<void>;
  readonly log: Log;
}

/**
 * Protects an instance that holds slices from scale-in. A call that fails is repeated at the next check. Failures in a
 * row are one warning, because a group refuses until the instance is in service.
 */
export class ScaleInProtection {
  /** Unknown at first: a process that was killed while busy left the instance protected, and billed, for this one to end. */
  private current: boolean | undefined;
  private isFailing = false;

  constructor(private readonly deps: ScaleInProtectionDeps) {}

  async follow(isBusy: boolean): Promise<void> {
    if (isBusy === this.current) return;
    try {
      await this.deps.set(isBusy);
      this.current = isBusy;
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing)
        this.deps.log.warn('scale-in-protection-failed', { wanted: isBusy, error: String(error) });
      this.isFailing = true;
    }
  }
}
