import type { AddressPolicy } from '../../engine/addresses/address-guard';
import type { PlainResolver } from '../../engine/addresses/guarded-resolver';
import type { WarmSlice } from '../../engine/flow/work';
import type { PopCode, RequestId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord, RequestSpec, StopReason } from '../../engine/model/request';
import type { RequestStatus } from '../../engine/model/request-status';
import type { FetchFailure } from '../../engine/model/slice';
import type { Tally } from '../../engine/model/tally';
import type { BlobStore } from '../../engine/ports/blob-store';
import type { Clock } from '../../engine/ports/clock';
import type { ExpandSource } from '../../engine/ports/expand-source';
import type { Invalidator } from '../../engine/ports/invalidator';
import type { Log } from '../../engine/ports/log';
import type { PopDirectory } from '../../engine/ports/pop-directory';
import type { Page } from '../../engine/ports/request-store';
import type { TaskQueue } from '../../engine/ports/task-queue';
import type { Transport } from '../../engine/ports/transport';
import type { Wording } from '../../engine/request/wording';
import type { UploadedLists } from '../adapters/uploaded-lists';

export interface EngineLimits {
  /**
   * Slices warmed at a time per instance asked for; together they must hold more URLs than there are fetches in flight.
   * @default 8
   */
  readonly slicesPerInstance: number;
  /**
   * Slices warmed at a time, whatever is asked for.
   * @default - 64, or four per core where that is more
   */
  readonly maxSlicesInFlight: number;
  /**
   * Fetches in flight over all slices; how many there really are is found out while warming.
   * @default 1000
   */
  readonly maxFetchesInFlight: number;
  /**
   * URLs in a slice; small lists get smaller slices, so that every worker has some.
   * @default 500
   */
  readonly maxUrlsPerSlice: number;
  /**
   * Expected body bytes in a slice; a larger object makes a slice of its own.
   * @default 1 GiB
   */
  readonly maxBytesPerSlice: number;
  /**
   * HEAD requests in flight while a list is sized.
   * @default 64
   */
  readonly sizingConcurrency: number;
  /**
   * Seconds a slice stays hidden without a sign of life from the worker that holds it.
   * @default 60
   */
  readonly visibilitySeconds: number;
  /**
   * Deliveries after which a slice is given up: its fetches count as `unreachable`, so that the request still ends.
   * @default 5
   */
  readonly maxDeliveries: number;
  /**
   * Bytes of all uploaded lists together.
   * @default 4 GiB
   */
  readonly maxListBytes: number;
}

export interface EngineOptions {
  /** Folder of the durable state, made where it is missing; one process at a time. */
  readonly dataDir: string;
  readonly log: Log;
  readonly addressPolicy: AddressPolicy;
  /** @default - connections of this machine's own sockets */
  readonly transport?: Transport;
  /** @default - the system's DNS servers */
  readonly resolver?: PlainResolver;
  /**
   * Port of the edges for https and http alike.
   * @default - 443 for https, 80 for http
   */
  readonly edgePort?: number;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca?: string;
  /** Signs webhooks, in the form of Standard Webhooks. @default - they are not signed */
  readonly webhookKey?: Uint8Array;
  readonly limits?: Partial<EngineLimits>;
  /**
   * Days that a request is kept after its end, with its rows, lists and reports.
   * @default 30
   */
  readonly retentionDays?: number;
  /** @default - the machine's clock */
  readonly clock?: Clock;
  /**
   * Whether sizes are asked for before slices are cut: `none` spares a HEAD per URL.
   * @default 'all'
   */
  readonly sizing?: 'all' | 'none';
  /** How messages of requests name what can be set. @default - as the HTTP API does */
  readonly wording?: Wording;
  /** @default - refuses, since an invalidation needs an AWS account */
  readonly invalidator?: Invalidator;
  /** Places of the PoPs, for reports. @default - the data file's */
  readonly directory?: PopDirectory;
  /** Threads that may warm, this one included. @default - one per core, or 1 with a given `transport` */
  readonly threads?: number;
  /** Warms one slice. @default - a pool of threads, of which this one is the first, over `transport` */
  readonly warm?: WarmSlice;
  /** @default - reads documents from the distribution's own edges */
  readonly expandSource?: ExpandSource;
  /**
   * The URL under which a blob can be read for some seconds.
   * @default - a file URL
   */
  readonly linkTo?: (key: string, seconds: number) => string;
}

/** How far a request is, at one moment: what is counted plus what running slices have done so far. */
export interface LiveProgress {
  readonly id: RequestId;
  readonly status: RequestStatus;
  /** URLs x encodings x PoPs; absent until the list is sized and the PoPs resolved. */
  readonly fetchCount?: number;
  /** Slices being warmed. */
  readonly slicesInFlight: number;
  readonly tally: Tally;
  /** Only PoPs with at least one fetch. */
  readonly pops: ReadonlyMap<PopCode, Tally>;
}

/** The whole prewarm engine on one machine: takes requests, warms, counts, reports, and goes on where it was after a crash. */
export interface EmbeddedEngine {
  /**
   * Accepts a request. The URLs are normalised and checked already; duplicates are dropped here. The record is on disk
   * when this resolves. A known idempotency key returns the request that is there. A throw from `urls` passes through
   * and nothing is stored.
   */
  submit(spec: RequestSpec, urls: AsyncIterable<string>): Promise<RequestRecord>;
  /** Returns the request with all that is done until now, as `onProgress` tells it. */
  get(id: RequestId): Promise<RequestRecord | undefined>;
  /** Returns the PoPs of a request in the order of their codes, with all that is done until now. */
  pops(id: RequestId): Promise<readonly PopRecord[]>;
  /** Yields every failed fetch of the slices that are recorded or handed back; of those being warmed, what is stored. */
  failures(id: RequestId): AsyncIterable<FetchFailure>;
  /** Newest first. */
  list(page: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>>;
  /** Stops this request alone; false where it is unknown or has ended already. */
  stop(id: RequestId, reason: StopReason, message?: string): Promise<boolean>;
  /** Resolves once the request is final and its report written; rejects for an unknown id and when the engine closes first. */
  waitForEnd(id: RequestId): Promise<RequestRecord>;
  /** Calls the listener at most every 200 ms per request, and once at its end. Returns the function that ends it. */
  onProgress(listener: (progress: LiveProgress) => void): () => void;
  /**
   * Instances: those that `setCapacity` ordered, else those that the requests ask for together. Each is
   * `slicesPerInstance` slices at a time on this machine.
   */
  capacity(): Promise<number>;
  /** Holds until a new request asks for instances, also over a restart; 0 pauses the warming. */
  setCapacity(instances: number): Promise<void>;
  /** Returns true while nothing is warmed because the capacity was set to 0. */
  isPaused(): boolean;
  queueDepth(): ReturnType<TaskQueue['depth']>;
  readonly blobs: BlobStore;
  readonly lists: Pick<UploadedLists, 'receive'>;
  /** Resolves, with the reason, when nothing can be stored any more: only a new start goes on. Pending otherwise. */
  readonly broken: Promise<Error>;
  /**
   * Begins no more slices and gives those underway two seconds to end; the rest is handed back with what is done of it. From then on
   * sums and failures stand still. To be followed by `close`.
   */
  halt(): Promise<void>;
  /** Bounded: `drain` lets running slices end for up to 2 s, then hands the rest back; without it, at once. */
  close(options?: { readonly drain?: boolean }): Promise<void>;
}
