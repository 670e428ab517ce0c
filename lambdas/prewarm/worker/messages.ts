import type { RequestSpec } from '../engine/model/request';
import type { Slice } from '../engine/model/slice';
import type { SliceProgress } from '../engine/model/slice-progress';
import type { Tally } from '../engine/model/tally';
import type { WarmLimits } from '../engine/warming/warm-limits';
import type { Resume } from '../engine/warming/warm-slice';

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
      readonly resume?: Resume | undefined;
      /** What is done of it is stored meanwhile, and `stored` says so. */
      readonly isStored: boolean;
    }
  | { readonly kind: 'stored'; readonly fetches: number }
  | { readonly kind: 'abort'; readonly job: number }
  | { readonly kind: 'confine'; readonly limits: WarmLimits };

export type FromThread =
  /** What was done since the last message of the slices underway. */
  | {
      readonly kind: 'progress';
      readonly pieces: readonly { readonly job: number; readonly progress: SliceProgress }[];
    }
  | {
      readonly kind: 'done';
      readonly job: number;
      readonly tally: Tally;
      /** What was done since the last message. */
      readonly rest?: SliceProgress | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly job: number;
      readonly message: string;
      readonly rest?: SliceProgress | undefined;
    };
