import type { PopCode, RequestId, SliceId } from './ids';
import type { FetchOutcome } from './outcome';
import type { Tally } from './tally';

/** A run of lines of a request's URL list; the same for every PoP. */
export interface Segment {
  readonly index: number;
  /** URLs in it. */
  readonly urlCount: number;
  /** First byte of the first line in the list blob. */
  readonly startByte: number;
  /** One past the last byte of the last line. */
  readonly endByte: number;
  /** Sum of the sizes known from sizing, one encoding; 0 where none is known. */
  readonly expectedBytes: number;
}

/** URLs in a slice at most on AWS, where each is a message, a row and two transactions: what estimates count with. */
export const URLS_PER_SLICE = 1_000;

/** The unit of work: one segment through one PoP. One queue message, one result row. */
export interface Slice {
  readonly requestId: RequestId;
  readonly id: SliceId;
  readonly pop: PopCode;
  /** The PoP's addresses, IPv4 or IPv6, never empty. */
  readonly addresses: readonly string[];
  readonly segment: Segment;
}

/** What names a slice among those of all requests, and its PoP. */
export type SliceKey = Pick<Slice, 'requestId' | 'id' | 'pop'>;

/** One fetch that did not leave the object on the edge. */
export interface FetchFailure {
  readonly pop: PopCode;
  readonly url: string;
  /** The encoding asked for. */
  readonly encoding: string;
  readonly outcome: FetchOutcome;
  /** Attempts made, the first included. */
  readonly attempts: number;
}

/** What a slice came to; written once, on the condition that it is not there yet. */
export interface SliceResult {
  readonly requestId: RequestId;
  readonly sliceId: SliceId;
  readonly pop: PopCode;
  readonly tally: Tally;
  /**
   * Blob with its failures, newline-delimited JSON of FetchFailure; absent where none failed. Each delivery writes a blob of
   * its own, so that the one named here is of the delivery that counts.
   */
  readonly failuresKey?: string;
  /** Epoch milliseconds. */
  readonly finishedAt: number;
}
