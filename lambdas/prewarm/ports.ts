/**
 * What the domain needs from outside, in the domain's words. Two sets of adapters stand on these ports: `aws/` and
 * `embedded/`; `net/` serves both. Every adapter passes the contract suite in `__tests__/lambdas/prewarm/contract/`.
 */
import type { PopCode, RequestId, SliceId } from './domain/ids';
import type { TimeoutPhase, UnreachableReason } from './domain/outcome';
import type { PopRecord, RequestRecord, UrlSource } from './domain/request';
import type { FinalStatus, RequestStatus } from './domain/request-status';
import type { Slice, SliceResult } from './domain/slice';

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
  /** How long the calling thread has been at work instead of waiting, in milliseconds, ever. @default - unknown */
  busyMs?(): number;
}

// --- state ---------------------------------------------------------------------------------------------------------

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass it back to read on; absent on the last page. */
  readonly next?: string;
}

/** Fields a step may set; counters and status change only through `advance` and the ledger. */
export type RequestPatch = Partial<
  Pick<
    RequestRecord,
    | 'totals'
    | 'urlBytes'
    | 'failedUrlCount'
    | 'acceptedUrlCount'
    | 'cursor'
    | 'stopReason'
    | 'message'
    | 'reported'
  >
>;

/** `after` is no token of a page that this store gave out. */
export class InvalidPageToken extends Error {
  override readonly name = 'InvalidPageToken';
  constructor() {
    super('after: got a token that is unknown; pass on the `next` of the page before');
  }
}

export interface RequestStore {
  /**
   * Inserts the record if neither its id nor its idempotency key is known.
   * Otherwise answers the id that is there, and writes nothing.
   */
  create(record: RequestRecord): Promise<{ readonly created: boolean; readonly id: RequestId }>;
  get(id: RequestId): Promise<RequestRecord | undefined>;
  /**
   * Moves the status forward, and sets fields in the same write, on the condition that the status may move to `to`
   * (domain/request-status). Answers `refused` and writes nothing where it may not. Clears the cursor.
   */
  advance(id: RequestId, to: RequestStatus, patch?: RequestPatch): Promise<'advanced' | 'refused'>;
  /** Sets fields on the condition that the status is still `while`; `refused` otherwise. */
  patch(id: RequestId, expected: RequestStatus, patch: RequestPatch): Promise<'patched' | 'refused'>;
  /** Newest first. Throws InvalidPageToken. */
  list(options: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>>;
  /** Requests whose status is not final; what the fleet's size is computed from. */
  active(): Promise<readonly RequestRecord[]>;
}

export interface PopStore {
  /** Writes the PoPs of a request; a PoP that is there already is left as it is. */
  putAll(pops: readonly PopRecord[]): Promise<void>;
  /** In the order of their codes. */
  all(id: RequestId): Promise<readonly PopRecord[]>;
}

export interface SliceLedger {
  /** Writes the row on the condition that it does not exist. */
  record(result: SliceResult): Promise<'recorded' | 'duplicate'>;
  /** True when the slice's row is there: its work is done. */
  isRecorded(id: RequestId, slice: SliceId): Promise<boolean>;
  /**
   * Adds the tallies of those of these slices that are recorded and not yet counted to the request's and the PoPs'
   * progress, and marks them counted, in one transaction or, where a store bounds them, several. Answers the request after it.
   * Counting again changes nothing.
   */
  count(id: RequestId, slices: readonly SliceId[]): Promise<RequestRecord>;
  /** Recorded slices that no count has taken yet; what a restart begins with. */
  uncounted(id: RequestId): AsyncIterable<SliceId>;
  /** Every recorded slice, in the order of ids. */
  results(id: RequestId): AsyncIterable<SliceResult>;
}

// --- work ----------------------------------------------------------------------------------------------------------

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

/** Named byte streams: URL lists, failures, reports. Keys are `<request id>/<name>`. */
export interface BlobStore {
  /** Writes the whole blob atomically: a reader sees the old one or the new one. */
  put(
    key: string,
    body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<{ readonly sizeBytes: number }>;
  /** Throws BlobNotFound when there is none. `endByte` is one past the last byte. */
  read(
    key: string,
    range?: { readonly startByte: number; readonly endByte: number },
  ): AsyncIterable<Uint8Array>;
  exists(key: string): Promise<boolean>;
  /** A URL under which the blob can be read for `seconds`. */
  link(key: string, seconds: number): Promise<string>;
  /** Keys with this prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  remove(key: string): Promise<void>;
}

export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  constructor(readonly key: string) {
    super(`no blob ${key}`);
  }
}

/** One deadline per request, which fires once and removes itself. */
export interface Deadlines {
  schedule(id: RequestId, at: number): Promise<void>;
  /** Unknown ids are ignored. */
  cancel(id: RequestId): Promise<void>;
}

/** There are no machines under the name of the fleet. */
export class FleetNotFound extends Error {
  override readonly name = 'FleetNotFound';
  constructor(readonly fleet: string) {
    super(`no fleet ${fleet}`);
  }
}

/** The machines that warm. */
export interface Fleet {
  /** Name shown in messages, such as `prewarm_asg_prod`. */
  readonly name: string;
  /** Throws FleetNotFound. */
  capacity(): Promise<number>;
  /** Bounded 0 to 300 by the caller. */
  setCapacity(instances: number): Promise<void>;
}

export type InvalidationOutcome =
  | { readonly kind: 'done'; readonly paths: number }
  /** Still in progress when the bound ran out: warming goes on, with a warning. */
  | { readonly kind: 'pending'; readonly paths: number }
  /** Nothing was invalidated; the request must stop before anything is warmed. */
  | { readonly kind: 'refused'; readonly message: string };

export interface Invalidator {
  /** Invalidates the paths once for this request (the id makes a repeat harmless) and waits within a bound. */
  invalidate(
    id: RequestId,
    distributionDomain: string,
    paths: AsyncIterable<string>,
  ): Promise<InvalidationOutcome>;
}

export interface RequestEnded {
  readonly id: RequestId;
  readonly status: FinalStatus;
  readonly fetches: number;
  readonly warm: number;
  readonly failed: number;
  readonly bytes: number;
  readonly notifyUrl?: string;
}

export interface Notifier {
  /** Best effort within bounded retries; never throws. */
  ended(event: RequestEnded): Promise<void>;
}

/** One structured line per event; values of headers and whole URLs with query never get in. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

// --- network -------------------------------------------------------------------------------------------------------

export type Resolution =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly canonicalName: string }
  | { readonly kind: 'unknown-name' }
  | { readonly kind: 'failed'; readonly message: string };

export interface Resolver {
  /** Follows CNAMEs; addresses are A records (and AAAA where asked for), deduplicated. Cached for the records' life. */
  resolve(name: string, signal?: AbortSignal): Promise<Resolution>;
}

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
  /** Takes note of bytes read; answers how many milliseconds to wait before reading on. */
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

/** Reads small documents (sitemaps, playlists) whole, through the same address guard as everything else. */
export interface DocumentReader {
  /** Throws with one sentence when it cannot be read or is larger than `maxBytes`. */
  read(url: string, maxBytes: number): Promise<{ readonly body: Uint8Array; readonly contentType: string }>;
}

/** Bounds of what a sitemap or playlist may expand to. */
export interface ExpansionLimits {
  /** Documents read for one source, the first included. */
  readonly maxDocuments: number;
  /** Documents below the first: 0 reads only the first. */
  readonly maxDepth: number;
  /** URLs from one source; the rest is left out, with an error at the end. */
  readonly maxUrls: number;
  /** Size of one document, decompressed. */
  readonly maxDocumentBytes: number;
}

/** Turns a document into the URLs that it names. */
export interface UrlInput {
  /**
   * URLs as the document spells them, relative ones resolved, not yet normalised. A document below the first that
   * cannot be read does not keep back the others: what is wrong is thrown at the end, naming each document.
   */
  expand(source: UrlSource, reader: DocumentReader, limits: ExpansionLimits): AsyncIterable<string>;
}

/** Which URLs of one request were there already; exact, whatever the size of the list. */
export interface SeenUrls {
  /** For each URL, in order: true when it is new (also within these URLs), and from now on it is not. */
  addAll(urls: readonly string[]): Promise<readonly boolean[]>;
  /** Gives its memory back; nothing may be added any more. */
  close(): void;
}

/** Which PoP an operator asked for is known under which geography; the data file behind it is an adapter's business. */
export interface PopDirectory {
  find(code: PopCode): PopEntry | undefined;
  /** The closest ones of the `aws` partition, closest first. Degrees; north and east are positive. */
  near(latitude: number, longitude: number, count: number): readonly PopEntry[];
  readonly all: readonly PopEntry[];
  readonly regions: Readonly<Record<string, readonly PopCode[]>>;
  readonly countries: Readonly<Record<string, readonly PopCode[]>>;
}

export interface PopEntry {
  readonly code: PopCode;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly countryName: string;
  readonly continent: string;
  readonly latitude: number;
  readonly longitude: number;
  /** `aws-cn` codes belong to the mainland-China partition and are left out of defaults. */
  readonly partition: 'aws' | 'aws-cn';
}
