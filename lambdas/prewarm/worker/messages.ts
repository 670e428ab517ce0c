import type { RequestSpec } from '../engine/model/request';
import type { FetchFailure, Slice } from '../engine/model/slice';
import type { Tally } from '../engine/model/tally';
import type { WarmLimits } from '../engine/warming/warm-limits';

/** What a thread is started with; the role tells it from threads of other libraries in the same bundle. */
export interface ThreadSettings {
  readonly role: 'warmpath-warm-thread';
  readonly limits: WarmLimits;
  readonly ca?: string | undefined;
  readonly edgePort?: number | undefined;
}

export type ToThread =
  | {
      readonly kind: 'warm';
      readonly job: number;
      readonly slice: Slice;
      readonly spec: RequestSpec;
      readonly lines: readonly string[];
    }
  | { readonly kind: 'abort'; readonly job: number }
  | { readonly kind: 'confine'; readonly limits: WarmLimits };

export type FromThread =
  /** The sums so far of the slices underway. */
  | { readonly kind: 'progress'; readonly sums: readonly { readonly job: number; readonly soFar: Tally }[] }
  | {
      readonly kind: 'done';
      readonly job: number;
      readonly tally: Tally;
      readonly failures: readonly FetchFailure[];
    }
  | { readonly kind: 'failed'; readonly job: number; readonly message: string };
