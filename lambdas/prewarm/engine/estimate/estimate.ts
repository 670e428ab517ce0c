import type { PopCode } from '../model/ids';
import type { RequestSpec } from '../model/request';
import { URLS_PER_SLICE } from '../model/slice';
import type { PopEntry } from '../ports/pop-directory';
import {
  CLOUDFRONT_PRICES,
  FREE_INVALIDATION_PATHS,
  INSTANCE_HOUR,
  PER_INVALIDATION_PATH,
  PER_MILLION_QUEUE_CALLS,
  PER_MILLION_TABLE_WRITES,
  PUBLIC_IPV4_HOUR,
  priceAreaOf,
} from './prices';

/** Used where nothing is known of the size of an object. */
export const DEFAULT_OBJECT_BYTES = 100_000;
/** Fetches per second of one instance. Deliberately below what its engine does, for edges far away. */
export const FETCHES_PER_SECOND_PER_INSTANCE = 1_000;
/** Bytes per second of one instance: half of 10 Gbit/s, since far edges rarely fill a link. */
export const BYTES_PER_SECOND_PER_INSTANCE = 625_000_000;
/** From the wish for an instance to its first fetch. */
export const INSTANCE_START_SECONDS = 90;
/** Time for sizes, addresses and slices besides one HEAD per URL. */
const PREPARATION_SECONDS = 5;
const HEADS_PER_SECOND = 1_000;
/** Send, receive and remove go in batches of ten; visibility is renewed now and then. */
const QUEUE_CALLS_PER_SLICE = 1;
/** The slice's row, and what its count adds to request and PoP; transactions cost double. */
const TABLE_WRITES_PER_SLICE = 7;
/** One verification in this many fetches with `verify: sample`. */
const SAMPLE_SHARE = 0.05;
const GIGABYTE = 1e9;

/** What a request would take, before anything runs. */
export interface Estimate {
  readonly urls: number;
  readonly pops: number;
  /** URLs x encodings x PoPs, and verifications: what CloudFront bills. */
  readonly requests: number;
  readonly bytes: number;
  /** From the request to its end. */
  readonly minutes: number;
  /** US dollars. */
  readonly cost: {
    readonly cloudFrontTransfer: number;
    readonly cloudFrontRequests: number;
    readonly invalidation: number;
    readonly instances: number;
    readonly queueAndTables: number;
    readonly total: number;
  };
  /** What the figures take for granted, one sentence each. */
  readonly assumptions: readonly string[];
}

/** The average size of an object, and how it is known. */
export interface ObjectSize {
  readonly bytes: number;
  /** `given` by the caller, `remembered` from the last request for the distribution, or `assumed`. */
  readonly source: 'given' | 'remembered' | 'assumed';
}

const SIZE_SENTENCES: Readonly<Record<ObjectSize['source'], string>> = {
  given: 'as given.',
  remembered: 'as in the last request for this distribution; average_object_bytes says otherwise.',
  assumed: 'which is a guess; give average_object_bytes for a better figure.',
};

export interface EstimateInput {
  readonly spec: RequestSpec;
  readonly urlCount: number;
  readonly objectSize: ObjectSize;
  readonly findPlace: (pop: PopCode) => PopEntry | undefined;
  /**
   * Whether `urlCount` has the URLs of sitemaps and playlists.
   * @default false
   */
  readonly countsSources?: boolean;
  /**
   * What warms: a fleet of instances that has its price and its speed, or a machine that is there already.
   * @default 'fleet'
   */
  readonly host?: 'fleet' | 'one-machine';
}

function verificationShare({ verify }: RequestSpec): number {
  return verify === 'all' ? 1 : verify === 'sample' ? SAMPLE_SHARE : 0;
}

function secondsOf(spec: RequestSpec, urls: number, requests: number, bytes: number): number {
  const instances = Math.max(1, spec.instanceCount);
  const byRequests = requests / (instances * FETCHES_PER_SECOND_PER_INSTANCE);
  const byFleet = bytes / (instances * BYTES_PER_SECOND_PER_INSTANCE);
  const byCap = spec.maxBandwidthMbps === undefined ? 0 : bytes / (spec.maxBandwidthMbps * 125_000);
  const preparation = PREPARATION_SECONDS + urls / HEADS_PER_SECOND;
  return INSTANCE_START_SECONDS + preparation + Math.max(byRequests, byFleet, byCap);
}

function sourcesSentence({ spec, countsSources = false }: EstimateInput): readonly string[] {
  if (spec.sources.length === 0) return [];
  return [
    countsSources
      ? 'Sitemaps and playlists name later what they name now.'
      : 'Sitemaps and playlists are not read: their URLs are not counted.',
  ];
}

function assumptionsOf(input: EstimateInput): readonly string[] {
  const { spec, objectSize, host = 'fleet' } = input;
  const instances = `Each instance makes ${FETCHES_PER_SECOND_PER_INSTANCE} fetches and ${BYTES_PER_SECOND_PER_INSTANCE} bytes per second at most and starts in ${INSTANCE_START_SECONDS} s; 0 instances are counted as 1.`;
  return [
    `Objects have ${objectSize.bytes} bytes on average, ${SIZE_SENTENCES[objectSize.source]}`,
    ...(host === 'fleet' ? [instances] : []),
    `List prices of the first volume step, ${host === 'fleet' ? 'on-demand instances with a public address, ' : ''}no free tier; what the origin charges is not included.`,
    ...sourcesSentence(input),
    ...(spec.skipWarm ? ['Nothing is warm yet: skip_warm saves nothing.'] : []),
  ];
}

/** Estimates requests, bytes, minutes and AWS cost of a checked request; nothing is contacted. */
export function estimate(input: EstimateInput): Estimate {
  const { spec, urlCount, findPlace } = input;
  const objectBytes = Math.min(input.objectSize.bytes, spec.rangeBytes ?? Number.POSITIVE_INFINITY);
  const fetchesPerPop = urlCount * spec.encodings.length;
  const requestsPerPop = Math.ceil(fetchesPerPop * (1 + verificationShare(spec)) * (spec.skipWarm ? 2 : 1));
  const bytesPerPop = fetchesPerPop * objectBytes;
  const requests = requestsPerPop * spec.pops.length;
  const bytes = bytesPerPop * spec.pops.length;

  const prices = spec.pops.map((pop) => CLOUDFRONT_PRICES[priceAreaOf(findPlace(pop))]);
  const cloudFrontTransfer = prices.reduce(
    (sum, { perGigabyte }) => sum + (bytesPerPop / GIGABYTE) * perGigabyte,
    0,
  );
  const cloudFrontRequests = prices.reduce(
    (sum, { per10kHttpsRequests }) => sum + (requestsPerPop / 10_000) * per10kHttpsRequests,
    0,
  );
  const invalidation = spec.needInvalidate
    ? Math.max(0, urlCount - FREE_INVALIDATION_PATHS) * PER_INVALIDATION_PATH
    : 0;
  const seconds = secondsOf(spec, urlCount, requests, bytes);
  const isFleet = input.host !== 'one-machine';
  const instanceHours = isFleet ? (seconds / 3600) * Math.max(1, spec.instanceCount) : 0;
  const instances = instanceHours * (INSTANCE_HOUR + PUBLIC_IPV4_HOUR);
  const slices = Math.ceil(urlCount / URLS_PER_SLICE) * spec.pops.length;
  const perSlice = isFleet ? 1 : 0;
  const queueAndTables =
    (perSlice *
      slices *
      (QUEUE_CALLS_PER_SLICE * PER_MILLION_QUEUE_CALLS + TABLE_WRITES_PER_SLICE * PER_MILLION_TABLE_WRITES)) /
    1e6;
  return {
    urls: urlCount,
    pops: spec.pops.length,
    requests,
    bytes,
    minutes: seconds / 60,
    cost: {
      cloudFrontTransfer,
      cloudFrontRequests,
      invalidation,
      instances,
      queueAndTables,
      total: cloudFrontTransfer + cloudFrontRequests + invalidation + instances + queueAndTables,
    },
    assumptions: assumptionsOf(input),
  };
}
