/** The options of `warmpath prewarm run`. What becomes a field of the request is checked with the request. */
export interface RunOptions {
  readonly cfDomain?: string;
  readonly alias?: readonly string[];
  readonly pops?: readonly string[];
  readonly countries?: readonly string[];
  readonly regions?: readonly string[];
  readonly near?: string;
  readonly encodings?: readonly string[];
  readonly header?: readonly string[];
  /** Bytes, with or without a unit. */
  readonly range?: string;
  readonly sitemap?: readonly string[];
  readonly playlist?: readonly string[];
  readonly skipWarm?: boolean;
  readonly verify?: string;
  readonly invalidate?: boolean;
  readonly concurrency?: number | undefined;
  /** Megabits per second; text where it is no number. */
  readonly maxBandwidth?: number | string;
  /** Minutes; text where it is no number. */
  readonly timeout?: number | string;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly report?: readonly string[];
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly edgePort?: number | undefined;
  readonly ca?: string;
}
