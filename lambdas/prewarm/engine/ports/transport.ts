import type { TimeoutPhase, UnreachableReason } from '../model/outcome';

export interface FetchTimeouts {
  readonly connectMs: number;
  /** From the request sent to the headers read. */
  readonly headerMs: number;
  /** Between two body chunks. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** Holds reading to a bandwidth. */
export interface Pace {
  /** Takes note of bytes read; returns how many milliseconds to wait before reading on. */
  take(bytes: number): number;
}

/** One HTTP exchange pinned to an address. */
export interface FetchTarget {
  readonly method: 'GET' | 'HEAD';
  readonly scheme: 'https' | 'http';
  /** Where the connection goes. */
  readonly address: string;
  readonly port: number;
  /** SNI and Host: the URL's own host. */
  readonly host: string;
  /** Path and query, percent-encoded, literal. */
  readonly path: string;
  /** Names lower case; nothing hop-by-hop. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: FetchTimeouts;
  /** Time spent waiting for it counts neither against the time-outs nor as duration. @default as fast as possible */
  readonly pace?: Pace | undefined;
}

/** The headers the domain reads; names lower case, absent ones left out. */
export type AnswerHeader =
  | 'x-cache'
  | 'x-amz-cf-pop'
  | 'x-amz-cf-id'
  | 'age'
  | 'via'
  | 'server'
  | 'content-length'
  | 'content-range'
  | 'content-type'
  | 'content-encoding'
  | 'cache-control'
  | 'expires'
  | 'date'
  | 'vary'
  | 'location'
  | 'retry-after';

export type FetchAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Partial<Record<AnswerHeader, string>>>;
      /** Body bytes read. */
      readonly bytes: number;
      readonly firstByteMs: number;
      readonly durationMs: number;
    }
  /** The connection ended before the body did. */
  | {
      readonly kind: 'cut';
      readonly status: number;
      readonly headers: Readonly<Partial<Record<AnswerHeader, string>>>;
      readonly bytes: number;
      readonly durationMs: number;
      /** What ended it. */
      readonly detail: string;
    }
  | {
      readonly kind: 'timeout';
      readonly phase: TimeoutPhase;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'unreachable';
      readonly reason: UnreachableReason;
      readonly detail: string;
      readonly durationMs: number;
    };

export interface Transport {
  /** Never rejects: what went wrong is part of the answer. The body is counted and discarded. */
  fetch(target: FetchTarget, signal?: AbortSignal): Promise<FetchAnswer>;
  close(): Promise<void>;
}
