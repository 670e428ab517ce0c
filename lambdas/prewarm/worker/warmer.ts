import type { WarmSlice } from '../engine/flow/work';
import type { WarmLimits } from '../engine/warming/warm-limits';

/** What warms slices on one core. */
export interface Warmer {
  readonly warm: WarmSlice;
  /** Slices underway. */
  readonly load: number;
  /** Share of the time since the last look that its thread was at work, 0 to 1. */
  utilization(): number;
  /** Goes on within other limits. */
  confine(limits: WarmLimits): void;
  /** Slices underway are rejected. */
  close(): Promise<void>;
}
