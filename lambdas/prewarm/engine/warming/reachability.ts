/**
 * Whether a PoP is there. An edge that is away for seconds costs no fetch, since each is tried again for a while; one that is away
 * for longer does not hold the slots of other PoPs, since its fetches then fail at once.
 */
export class Reachability {
  /** When the first of the attempts began that all came to nothing; absent while the PoP answers. */
  private silentSinceMs: number | undefined;
  private probing = false;
  /** Attempts that were answered, whatever with. */
  answers = 0;

  /** @param reachForMs how long without an answer until the PoP counts as away */
  constructor(private readonly reachForMs: number) {}

  answered(): void {
    this.silentSinceMs = undefined;
    this.answers += 1;
  }

  /** An attempt that began at this time came to nothing. */
  unreached(beganMs: number): void {
    this.silentSinceMs = Math.min(this.silentSinceMs ?? beganMs, beganMs);
  }

  isAway(nowMs: number): boolean {
    return this.silentSinceMs !== undefined && nowMs - this.silentSinceMs >= this.reachForMs;
  }

  /** Milliseconds without an answer. */
  silentMs(nowMs: number): number {
    return this.silentSinceMs === undefined ? 0 : nowMs - this.silentSinceMs;
  }

  /** Returns true for the one caller that shall look whether the PoP is back; it calls `endProbe` afterwards. */
  beginProbe(): boolean {
    if (this.probing) return false;
    this.probing = true;
    return true;
  }

  endProbe(): void {
    this.probing = false;
  }
}
