import { WarmpathError } from '../../../errors/warmpath-error';
import type { RequestId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import type { RequestStatus } from '../model/request-status';

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
export class InvalidPageToken extends WarmpathError {
  override readonly name = 'InvalidPageToken';
  constructor() {
    super('INVALID_PAGE_TOKEN', 'after: got a token that is unknown; pass on the `next` of the page before');
  }
}

export interface RequestStore {
  /**
   * Inserts the record if neither its id nor its idempotency key is known.
   * Otherwise returns the id that is there, and writes nothing.
   */
  create(record: RequestRecord): Promise<{ readonly created: boolean; readonly id: RequestId }>;
  get(id: RequestId): Promise<RequestRecord | undefined>;
  /**
   * Moves the status forward, and sets fields in the same write, on the condition that the status may move to `to`
   * (model/request-status). Returns `refused` and writes nothing where it may not. Clears the cursor.
   */
  advance(id: RequestId, to: RequestStatus, patch?: RequestPatch): Promise<'advanced' | 'refused'>;
  /** Sets fields on the condition that the status is still `while`; `refused` otherwise. */
  patch(id: RequestId, expected: RequestStatus, patch: RequestPatch): Promise<'patched' | 'refused'>;
  /** Newest first. Throws InvalidPageToken. */
  list(options: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>>;
  /** Requests whose status is not final; what the fleet's size is computed from. */
  active(): Promise<readonly RequestRecord[]>;
}
