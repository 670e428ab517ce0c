/** Time and chance, so that tests can hold them still. */
export interface Clock {
  /** Epoch milliseconds. An operator or NTP may set them back or forward. */
  now(): number;
  /** Milliseconds since some moment, never set back or forward: what durations are measured with. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * How long the calling thread has been at work, or has waited for a core to be, in milliseconds, ever.
   * @default - unknown
   */
  busyMs?(): number;
}
