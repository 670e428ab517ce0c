import type { Slice } from '../model/slice';

export interface Received {
  readonly slice: Slice;
  /** Handle of this delivery. */
  readonly receipt: string;
  /** 1 on the first delivery. */
  readonly deliveries: number;
}

/** At-least-once queue with a visibility timeout. */
export interface TaskQueue {
  /** Sends all; retries entries that were not taken; throws when some cannot be sent. Ids repeat harmlessly. */
  send(slices: readonly Slice[]): Promise<void>;
  /**
   * Waits up to `waitSeconds` for at least one; empty when none came. Ends within seconds when the signal aborts, with what
   * was delivered until then.
   */
  receive(max: number, waitSeconds: number, signal?: AbortSignal): Promise<readonly Received[]>;
  /** Keeps a delivery hidden for `seconds` from now; 0 hands it back at once. */
  extend(receipt: string, seconds: number): Promise<void>;
  /** Takes the slice off the queue; unknown receipts are ignored. */
  remove(receipts: readonly string[]): Promise<void>;
  /** Estimates over all requests. */
  depth(): Promise<{ readonly available: number; readonly inFlight: number; readonly dead: number }>;
}
