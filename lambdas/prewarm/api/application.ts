import type { RequestId } from '../engine/model/ids';
import type { PopRecord, RequestRecord, RequestSpec } from '../engine/model/request';
import type { BlobStore } from '../engine/ports/blob-store';
import type { Fleet } from '../engine/ports/fleet';
import type { Log } from '../engine/ports/log';
import type { PopDirectory } from '../engine/ports/pop-directory';
import type { Page } from '../engine/ports/request-store';
import type { TaskQueue } from '../engine/ports/task-queue';
import type { RequestEvents } from './request-events';

/** A body that has been checked: what to warm and how. */
export interface ParsedRequest {
  readonly spec: RequestSpec;
  /** Normalised; iterating it throws InvalidUrls where a URL is not valid. */
  readonly urls: AsyncIterable<string>;
  /** Fields that were ignored or read in another way than written, and PoPs whose place is not known, a sentence each. @default none */
  readonly warnings?: readonly string[];
}

/** A request that is stored. */
export interface Submitted {
  readonly record: RequestRecord;
  /** What could not be done for it, a sentence each. @default none */
  readonly warnings?: readonly string[];
}

/** Upload URL of one list; it may be used repeatedly until it expires. */
export interface UploadTarget {
  readonly listId: string;
  /** Takes the list by PUT: one URL per line. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * What the router needs behind it. The single-machine service and the API function each provide one; the routes,
 * bodies and messages are the same for both.
 */
export interface PrewarmApplication {
  /** @throws InvalidRequest and InvalidUrls; nothing has been started then. */
  parse(body: unknown): Promise<ParsedRequest>;
  /** Returns a place to upload a list to that is too long for a body; `origin` is where the caller reached the API. */
  createList(origin: string): Promise<UploadTarget>;
  /** Takes an upload, where it is the API itself that does. @default - lists are put elsewhere */
  readonly receiveList?: (listId: string, body: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Stores and starts a request; returns the existing request where its idempotency key is known. */
  submit(request: ParsedRequest): Promise<Submitted>;
  find(id: RequestId): Promise<RequestRecord | undefined>;
  pops(id: RequestId): Promise<readonly PopRecord[]>;
  /** Newest first. */
  list(page: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>>;
  /** Stops this request alone. Returns false where it has ended already. */
  stop(id: RequestId): Promise<boolean>;
  /** Tells the events of requests as they happen. @default - clients poll */
  readonly events?: RequestEvents;
  /** Reads the accepted list of a request, where it may be large. @default - it is kept from clients */
  readonly readAccepted?: (id: RequestId) => AsyncIterable<Uint8Array>;
  queueDepth(): ReturnType<TaskQueue['depth']>;
  readonly fleet: Fleet;
  /** Returns true while the fleet has no instance and none will come until its size is set. */
  waitsForCapacity(): Promise<boolean>;
  readonly blobs: Pick<BlobStore, 'read' | 'exists' | 'link'>;
  /** How `GET /report` responds: with the report itself, or with a redirect to a link that expires. */
  readonly reportDelivery: 'stream' | 'redirect';
  readonly directory: PopDirectory;
  readonly log: Log;
  /** Epoch milliseconds. */
  now(): number;
}
