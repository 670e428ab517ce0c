import type { VerifyMode } from '../../lambdas/prewarm/domain/request';

/** The options of `warmpath prewarm run`, as commander hands them over: each value is already in its range. */
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
  readonly verify?: VerifyMode;
  readonly invalidate?: boolean;
  readonly concurrency?: number;
  /** Megabits per second. */
  readonly maxBandwidth?: number;
  /** Minutes. */
  readonly timeout?: number;
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly report?: readonly string[];
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly edgePort?: number;
  readonly ca?: string;
}
