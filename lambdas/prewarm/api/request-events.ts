import type { RequestId } from '../engine/model/ids';
import type { OutcomeKind } from '../engine/model/outcome';
import type { PopRecord, RequestRecord } from '../engine/model/request';
import type { FailureGroup } from '../engine/report/failure-groups';

/** What was done of a request at one moment; a row of them is a chart of its course. */
export interface Sample {
  /** Epoch milliseconds; unique within its request, and the id of its server-sent event. */
  readonly at: number;
  readonly fetches: number;
  readonly bytes: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
}

/** What somebody who follows a request is told. */
export type RequestEvent =
  | { readonly kind: 'sample'; readonly sample: Sample }
  /** The request as it stands, with those PoPs that changed since this follower was last told. */
  | {
      readonly kind: 'request';
      readonly record: RequestRecord;
      readonly pops: readonly PopRecord[];
    }
  /** What failed so far, by cause; of very many failures the first ones. */
  | {
      readonly kind: 'failures';
      readonly groups: readonly FailureGroup[];
      /** False where there are more failures than were read. */
      readonly isWhole: boolean;
    }
  /** Nothing happened for a while. */
  | { readonly kind: 'alive' }
  /** The request has ended and its report is written; nothing follows. */
  | { readonly kind: 'end' };

export interface FollowOptions {
  /** Only samples later than this one, by its `at`. @default - all that are kept */
  readonly after?: number;
  /** Ends the events. */
  readonly signal: AbortSignal;
}

/** Tells the events of a request as they happen, where the host can. */
export interface RequestEvents {
  /** Returns true while one more follower has room. */
  hasRoom(): boolean;
  /** A follower that is slow is told the newest state next, and not what it missed; samples are told all. */
  follow(id: RequestId, options: FollowOptions): AsyncIterable<RequestEvent>;
}
