import { requestId } from '../engine/model/ids';
import type { RequestHeader, RequestRecord, RequestSpec, StopReason, Totals } from '../engine/model/request';
import { REQUEST_STATUSES, type RequestStatus } from '../engine/model/request-status';
import type { RequestPatch } from '../engine/ports/request-store';
import {
  DamagedItem,
  type Item,
  json,
  number,
  readNumber,
  readOptionalText,
  readText,
  text,
} from './attributes';
import { readTally, tallyAttributes } from './tally-attributes';

/** Partition key of the index of requests. */
export const REQUEST_KIND = 'request';

const DAY_SECONDS = 24 * 60 * 60;

/** Rows are removed so long after their request was made. */
export function expiryOf(createdAtMs: number, retentionDays: number): Item {
  return {
    expires_at: number(Math.floor(createdAtMs / 1000) + retentionDays * DAY_SECONDS),
  };
}

/** Newest requests sort last; the id tells two of one millisecond apart. */
function createdOrder(record: RequestRecord): string {
  return `${String(record.createdAt).padStart(15, '0')}#${record.id}`;
}

/** Headers are kept apart from the rest of the specification, sealed. */
export function requestItem(
  record: RequestRecord,
  sealedHeaders: Uint8Array | undefined,
  retentionDays: number,
): Item {
  const { headers: _sealed, ...spec } = record.spec;
  return {
    req_id: text(record.id),
    record_kind: text(REQUEST_KIND),
    created_order: text(createdOrder(record)),
    cf_domain: text(record.spec.cfDomain),
    spec: json(spec),
    ...(sealedHeaders === undefined ? {} : { headers_sealed: { B: sealedHeaders } }),
    status: text(record.status),
    created_at: number(record.createdAt),
    timeout_at: number(record.timeoutAt),
    updated_at: number(record.updatedAt),
    counted_slices: number(record.countedSlices),
    accepted_url_count: number(record.acceptedUrlCount),
    url_bytes: number(record.urlBytes),
    failed_url_count: number(record.failedUrlCount),
    reported: { BOOL: record.reported },
    ...tallyAttributes(record.progress),
    ...patchAttributes(record),
    ...expiryOf(record.createdAt, retentionDays),
  };
}

/** The fields of a patch as attributes; absent fields are left out. */
export function patchAttributes(patch: RequestPatch): Item {
  return {
    ...(patch.totals === undefined ? {} : { totals: json(patch.totals) }),
    ...(patch.urlBytes === undefined ? {} : { url_bytes: number(patch.urlBytes) }),
    ...(patch.failedUrlCount === undefined ? {} : { failed_url_count: number(patch.failedUrlCount) }),
    ...(patch.acceptedUrlCount === undefined ? {} : { accepted_url_count: number(patch.acceptedUrlCount) }),
    ...(patch.cursor === undefined ? {} : { cursor: text(patch.cursor) }),
    ...(patch.stopReason === undefined ? {} : { stop_reason: text(patch.stopReason) }),
    ...(patch.message === undefined ? {} : { message: text(patch.message) }),
    ...(patch.reported === undefined ? {} : { reported: { BOOL: patch.reported } }),
  };
}

export function readRequest(item: Item, headers: readonly RequestHeader[]): RequestRecord {
  const totals = readOptionalText(item, 'totals');
  const cursor = readOptionalText(item, 'cursor');
  const stopReason = readOptionalText(item, 'stop_reason');
  const message = readOptionalText(item, 'message');
  return {
    id: requestId(readText(item, 'req_id')),
    spec: { ...readSpec(item), headers },
    status: readStatus(item),
    createdAt: readNumber(item, 'created_at'),
    timeoutAt: readNumber(item, 'timeout_at'),
    updatedAt: readNumber(item, 'updated_at'),
    acceptedUrlCount: readNumber(item, 'accepted_url_count'),
    urlBytes: readNumber(item, 'url_bytes'),
    failedUrlCount: readNumber(item, 'failed_url_count'),
    progress: readTally(item),
    countedSlices: readNumber(item, 'counted_slices'),
    reported: item['reported']?.BOOL ?? false,
    ...(totals === undefined ? {} : { totals: readTotals(totals) }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(stopReason === undefined ? {} : { stopReason: readStopReason(stopReason) }),
    ...(message === undefined ? {} : { message }),
  };
}

function readStatus(item: Item): RequestStatus {
  const written = readText(item, 'status');
  const status = REQUEST_STATUSES.find((known) => known === written);
  if (status === undefined) throw new DamagedItem('status', `one of ${REQUEST_STATUSES.join(', ')}`);
  return status;
}

const STOP_REASONS: readonly StopReason[] = [
  'asked',
  'deadline',
  'invalidation-refused',
  'no-usable-pop',
  'no-usable-url',
];

function readStopReason(written: string): StopReason {
  const reason = STOP_REASONS.find((known) => known === written);
  if (reason === undefined) throw new DamagedItem('stop_reason', `one of ${STOP_REASONS.join(', ')}`);
  return reason;
}

function readSpec(item: Item): Omit<RequestSpec, 'headers'> {
  const spec: unknown = JSON.parse(readText(item, 'spec'));
  if (!isSpec(spec)) throw new DamagedItem('spec', 'the specification of a request');
  return spec;
}

function isSpec(value: unknown): value is Omit<RequestSpec, 'headers'> {
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

function readTotals(written: string): Totals {
  const totals: unknown = JSON.parse(written);
  if (!isTotals(totals)) throw new DamagedItem('totals', 'totals of a request');
  return totals;
}

function isTotals(value: unknown): value is Totals {
  return typeof value === 'object' && value !== null && 'sliceCount' in value && 'fetchCount' in value;
}
