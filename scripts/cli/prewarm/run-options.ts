import type { SourceKind } from '../../../lambdas/prewarm/engine/model/request';

/** The options of `warmpath prewarm run`. What becomes a field of the request is checked with the request. */
export interface RunOptions extends Partial<Record<SourceKind, readonly string[]>> {
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
  readonly sitemapMedia?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** A number; text where it is none. */
  readonly limit?: number | string;
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
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
  /** Bytes, with or without a unit. */
  readonly objectSize?: string;
  /** Of the AWS configuration. */
  readonly profile?: string;
  readonly report?: readonly string[];
  /** A file; true for the one that `prewarm ip-ranges` keeps. */
  readonly ipRanges?: string | true;
  /** A file. */
  readonly popAddresses?: string;
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly edgePort?: number | undefined;
  readonly ca?: string;
}
