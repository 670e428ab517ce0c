import { requestId } from '../engine/model/ids';
import type { RequestHeader, RequestRecord, RequestSpec, StopReason, Totals } from '../engine/model/request';
import { REQUEST_STATUSES } from '../engine/model/request-status';
import type { RequestPatch } from '../engine/ports/request-store';
import { type Item, number, text } from './attributes';
import {
  choiceField,
  flagField,
  jsonField,
  numberField,
  optional,
  type RowCodec,
  readRow,
  textField,
  writeRow,
} from './row-codec';
import { readTally, tallyAttributes } from './tally-attributes';

/** Partition key of the index of requests. */
export const REQUEST_KIND = 'request';

const DAY_SECONDS = 24 * 60 * 60;

/** Returns the TTL attribute of rows of a request: `retentionDays` after its creation. */
export function expiryOf(createdAtMs: number, retentionDays: number): Item {
  return {
    expires_at: number(Math.floor(createdAtMs / 1000) + retentionDays * DAY_SECONDS),
  };
}

/** Newest requests sort last; the id tells two of one millisecond apart. */
function createdOrder(record: RequestRecord): string {
  return `${String(record.createdAt).padStart(15, '0')}#${record.id}`;
}

/** A specification as it is stored: headers are kept apart, sealed. */
type StoredSpec = Omit<RequestSpec, 'headers'>;

/** What is stored of a record, besides its headers and the counts that are added to in place. */
type StoredRecord = Omit<RequestRecord, 'spec' | 'progress'> & { readonly spec: StoredSpec };

const STOP_REASONS = Object.keys({
  asked: true,
  deadline: true,
  'invalidation-refused': true,
  'no-usable-pop': true,
  'no-usable-url': true,
} satisfies Record<StopReason, true>) as readonly StopReason[];

function isSpec(value: unknown): value is StoredSpec {
  return (
    typeof value === 'object' &&
    value !== null &&
    'distributionDomain' in value &&
    'pops' in value &&
    Array.isArray(value.pops) &&
    'encodings' in value &&
    Array.isArray(value.encodings)
  );
}

function isTotals(value: unknown): value is Totals {
  return typeof value === 'object' && value !== null && 'sliceCount' in value && 'fetchCount' in value;
}

const CODEC: RowCodec<StoredRecord> = {
  id: textField('req_id', requestId),
  spec: jsonField('spec', isSpec, 'the specification of a request'),
  status: choiceField('status', REQUEST_STATUSES),
  createdAt: numberField('created_at'),
  timeoutAt: numberField('timeout_at'),
  updatedAt: numberField('updated_at'),
  acceptedUrlCount: numberField('accepted_url_count'),
  urlBytes: numberField('url_bytes'),
  failedUrlCount: numberField('failed_url_count'),
  totals: optional(jsonField('totals', isTotals, 'totals of a request')),
  countedSlices: numberField('counted_slices'),
  cursor: optional(textField('cursor', String)),
  stopReason: optional(choiceField('stop_reason', STOP_REASONS)),
  message: optional(textField('message', String)),
  reported: flagField('reported'),
};

/** Returns the row of a new request. */
export function requestItem(
  record: RequestRecord,
  sealedHeaders: Uint8Array | undefined,
  retentionDays: number,
): Item {
  const { headers: _sealed, ...spec } = record.spec;
  return {
    ...writeRow(CODEC, { ...record, spec }),
    record_kind: text(REQUEST_KIND),
    created_order: text(createdOrder(record)),
    cf_domain: text(record.spec.cfDomain),
    ...(sealedHeaders === undefined ? {} : { headers_sealed: { B: sealedHeaders } }),
    ...tallyAttributes(record.progress),
    ...expiryOf(record.createdAt, retentionDays),
  };
}

/** Returns the fields of a patch as attributes; absent fields are left out. */
export function patchAttributes(patch: RequestPatch): Item {
  return writeRow(CODEC, patch);
}

/** @throws DamagedItem where the row is not one that was written here */
export function readRequest(item: Item, headers: readonly RequestHeader[]): RequestRecord {
  const { spec, ...record } = readRow(CODEC, item);
  return { ...record, spec: { ...spec, headers }, progress: readTally(item) };
}
