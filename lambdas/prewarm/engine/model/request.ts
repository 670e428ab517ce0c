import type { PopCode, RequestId } from './ids';
import { type FinalStatus, isFinal, type RequestStatus } from './request-status';
import type { Tally } from './tally';

/**
 * How `accept-encoding` is sent, hence which cache key is warmed.
 * `browser` = what browsers send (`accept-encoding.ts`); `header` = what the request's own headers say.
 */
export const ENCODINGS = ['browser', 'identity', 'gzip', 'br', 'header'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** How many warmed objects are asked for again to prove a Hit. */
export const VERIFY_MODES = ['none', 'sample', 'all'] as const;
export type VerifyMode = (typeof VERIFY_MODES)[number];

/** A header sent with every fetch of a request; the value may be a secret. */
export interface RequestHeader {
  readonly name: string;
  readonly value: string;
}

/** A request as the engine works on it: checked, normalised, with defaults filled in. */
export interface RequestSpec {
  /** The distribution's `*.cloudfront.net` name, lower case. */
  readonly distributionDomain: string;
  /** The domain as the caller wrote it (may be a CNAME of the distribution). */
  readonly cfDomain: string;
  /** Host names, lower case, that URLs may have besides the distribution's own. */
  readonly aliases: readonly string[];
  /** Target PoPs, without duplicates, in order. */
  readonly pops: readonly PopCode[];
  /**
   * Whether the request named each PoP, or a place (or nothing) that stands for several. Of a place, a PoP without an address is
   * left out with a notice; one that was named has failed.
   * @default 'codes'
   */
  readonly popsFrom?: 'codes' | 'place';
  readonly headers: readonly RequestHeader[];
  /** Never empty. */
  readonly encodings: readonly Encoding[];
  readonly verify: VerifyMode;
  /** HEAD first and do not download what is a Hit already. */
  readonly skipWarm: boolean;
  /** Fetch only the first N bytes of each object. */
  readonly rangeBytes?: number;
  /** Cap for the whole request in megabits per second. */
  readonly maxBandwidthMbps?: number;
  readonly needInvalidate: boolean;
  /** Instances of the fleet asked for, 0 to 300. */
  readonly instanceCount: number;
  readonly timeoutMinutes: number;
  readonly notifyUrl?: string;
  readonly idempotencyKey?: string;
  /** Sitemaps and playlists to expand into the list before sizing. */
  readonly sources: readonly UrlSource[];
  /** Images, videos and translations of sitemaps besides their pages. */
  readonly sitemapMedia?: boolean;
  /** Only URLs that one of these patterns matches, wherever they come from. */
  readonly include?: readonly string[];
  /** No URLs that one of these patterns matches. */
  readonly exclude?: readonly string[];
  /** At most this many URLs, the list first, then the sources in their order. */
  readonly limit?: number;
}

/** Kinds of documents whose links a request may name in place of URLs; `engine/inputs/sources.ts` says what each is. */
export const SOURCE_KINDS = ['sitemap', 'playlist'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Returns a value for each kind of source, by its name. */
export function sourceFields<T>(fieldOf: (kind: SourceKind) => T): Record<SourceKind, T> {
  return Object.fromEntries(SOURCE_KINDS.map((kind) => [kind, fieldOf(kind)])) as Record<SourceKind, T>;
}

/** A document whose links are URLs to warm. */
export interface UrlSource {
  readonly kind: SourceKind;
  readonly url: string;
}

/** Known once the list is sized, the PoPs resolved and the segments cut: stored before the first slice is queued. */
export interface Totals {
  readonly urlCount: number;
  /** PoPs that resolved. */
  readonly popCount: number;
  readonly sliceCount: number;
  /** URLs x encodings x PoPs. */
  readonly fetchCount: number;
}

export type StopReason = 'asked' | 'deadline' | 'invalidation-refused' | 'no-usable-pop' | 'no-usable-url';

/** A request and all that is known of it. */
export interface RequestRecord {
  readonly id: RequestId;
  readonly spec: RequestSpec;
  readonly status: RequestStatus;
  /** Epoch milliseconds, as are all times below. */
  readonly createdAt: number;
  readonly timeoutAt: number;
  readonly updatedAt: number;
  /** URLs accepted, before sources are expanded. */
  readonly acceptedUrlCount: number;
  /** Sum of the sizes known from sizing, one encoding. */
  readonly urlBytes: number;
  /** URLs that sizing could not reach; they are warmed all the same. */
  readonly failedUrlCount: number;
  readonly totals?: Totals;
  /** Counted exactly once from slice results. */
  readonly progress: Tally;
  readonly countedSlices: number;
  /** Where a step that did not end in one run goes on; opaque to the store. */
  readonly cursor?: string;
  readonly stopReason?: StopReason;
  /** One sentence for a person: why the request was stopped or what is wrong with it. */
  readonly message?: string;
  /** True once the report is written; reading it earlier gives a link to nothing. */
  readonly reported: boolean;
}

/** Returns true for a request that is there and has not ended. */
export function isUnderway(record: RequestRecord | undefined): record is RequestRecord {
  return record !== undefined && !isFinal(record.status);
}

/** Returns true for a request that has ended and whose report is not written yet. */
export function awaitsReport(
  record: RequestRecord | undefined,
): record is RequestRecord & { readonly status: FinalStatus } {
  return record !== undefined && isFinal(record.status) && !record.reported;
}

/** One PoP of a request. */
export interface PopRecord {
  readonly requestId: RequestId;
  readonly pop: PopCode;
  readonly status: 'SUCCESS' | 'FAILED';
  readonly addresses: readonly string[];
  /** Why it failed. */
  readonly message?: string;
  /** True where DNS says that its name has no address: it does not serve the distribution. A look-up that failed proves nothing. */
  readonly hasNoAddress?: true;
  readonly createdAt: number;
  /** Counted together with the request's own progress. */
  readonly progress: Tally;
}
