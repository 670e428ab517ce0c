import type { PopCode } from './ids';

/** Where the time of a fetch ran out. */
export type TimeoutPhase = 'connect' | 'header' | 'idle' | 'total';

/** Why an address was not contacted, or why nothing came back from it. */
export type UnreachableReason = 'connect-refused' | 'reset' | 'tls' | 'network';

/** What is known of every answer that came back from an edge. */
export interface Answered {
  readonly status: number;
  /** Body bytes read from the socket, as transferred (compressed bodies count compressed). */
  readonly bytes: number;
  /** Time to the last body byte, in milliseconds. */
  readonly durationMs: number;
  /** The PoP that answered, from `x-amz-cf-pop`. */
  readonly pop?: PopCode;
  /** The raw `x-cache` header. */
  readonly xCache?: string;
}

/**
 * What became of one fetch (one URL in one encoding through one PoP).
 * The one union used by the engine, the counters, the reports and the API.
 */
export type FetchOutcome =
  /** A Miss that the edge then stored: the object is now there. */
  | ({ readonly kind: 'warmed' } & Answered)
  /** A Hit or RefreshHit: the object was there already. */
  | ({ readonly kind: 'already-warm' } & Answered)
  /** A 3xx: the edge cached a redirect, not the object. */
  | ({ readonly kind: 'redirect'; readonly location?: string } & Answered)
  /** A 4xx or 5xx after the retries it deserved. */
  | ({ readonly kind: 'http-error' } & Answered)
  /** Less than the whole object, or than the range asked for. */
  | ({
      readonly kind: 'truncated';
      /** Absent where the answer did not say. */
      readonly expectedBytes?: number;
      /** How it ended, where that says more than the numbers. */
      readonly detail?: string;
    } & Answered)
  /** Another PoP than the asked one answered. */
  | ({ readonly kind: 'wrong-pop'; readonly expectedPop: PopCode } & Answered)
  /** The edge will not keep it (by its `cache-control`, or a second Miss on verification). */
  | ({ readonly kind: 'not-cacheable'; readonly reason: string } & Answered)
  | {
      readonly kind: 'timed-out';
      readonly phase: TimeoutPhase;
      readonly durationMs: number;
      readonly bytes: number;
    }
  /** No answer from any address of the PoP. */
  | {
      readonly kind: 'unreachable';
      readonly reason: UnreachableReason;
      readonly durationMs: number;
      readonly detail: string;
    }
  /** The answer (or the address) is not CloudFront's for this distribution. */
  | { readonly kind: 'refused'; readonly reason: string };

export type OutcomeKind = FetchOutcome['kind'];

/** Every kind, in the order of reports. */
export const OUTCOME_KINDS = [
  'warmed',
  'already-warm',
  'redirect',
  'http-error',
  'truncated',
  'wrong-pop',
  'not-cacheable',
  'timed-out',
  'unreachable',
  'refused',
] as const satisfies readonly OutcomeKind[];

/** Returns true for the two outcomes that leave the object on the edge. */
export function isWarm(kind: OutcomeKind): boolean {
  return kind === 'warmed' || kind === 'already-warm';
}
