import * as z from 'zod';
import { OUTCOME_KINDS } from '../engine/model/outcome';
import { ENCODINGS } from '../engine/model/request';
import { REQUEST_STATUSES } from '../engine/model/request-status';

/** Bodies of answers, keys in the order in which they are written. */
const time = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/);
const count = z.int().min(0);
const status = z.enum(REQUEST_STATUSES);

export const acceptedBody = z.strictObject({
  status: z.literal('Success'),
  error_message: z.literal(''),
  error_urls: z.array(z.string()).length(0),
  request_id: z.uuid(),
  timestamp: time,
  timeout_at: time,
});

export const invalidUrlsBody = z.strictObject({
  status: z.literal('Failed'),
  error_message: z.string(),
  error_urls: z.array(z.string()),
  request_id: z.literal(''),
  timestamp: time,
  timeout_at: z.literal(''),
});

export const failureBodySchema = z.strictObject({
  status: z.literal('failure'),
  timestamp: time,
  message: z.string(),
});

/** What is answered before a route is reached; the gateway writes the time in a format of its own. */
export const gatewayBody = z.strictObject({
  status: z.literal('failure'),
  timestamp: z.string(),
  message: z.string(),
});

export const successBody = z.strictObject({
  status: z.literal('success'),
  timestamp: time,
  message: z.string(),
});

export const progressBody = z.strictObject({
  request_id: z.uuid(),
  download_size: count,
  total_size: count,
  percentage_complete: z.int().min(0).max(100),
  available_task_count: count,
  in_progress_task_count: count,
  download_count: count,
  total_count: count,
  created_at: time,
  last_update_time: time,
  timestamp: time,
  status,
});

export const summaryBody = z.strictObject({
  request_id: z.uuid(),
  failure_pops: z.array(z.string()),
  failure_urls: z.array(z.string()),
  failure_pop_urls_report: z.string(),
  timestamp: time,
  created_at: time,
  last_update_time: time,
  status: z.enum(['FINISHED', 'STOPPED']),
  /** How many failure URLs are not listed; there only when some are not. */
  message: z.string().optional(),
});

export const capacityBody = z.strictObject({
  status: z.literal('success'),
  timestamp: time,
  message: z.string(),
  desiredcapacity: count,
});

const ratio = z.number().min(0).max(1).nullable();
const milliseconds = z.number().min(0).nullable();
const figures = {
  fetches: count,
  warm: count,
  failed: count,
  bytes: count,
  hit_ratio: ratio,
  warm_ratio: ratio,
  latency_ms: z.strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds }),
  outcomes: z.record(z.enum(OUTCOME_KINDS), count),
};

const overview = {
  request_id: z.uuid(),
  status,
  stop_reason: z.string().nullable(),
  message: z.string().nullable(),
  cf_domain: z.string(),
  created_at: time,
  timeout_at: time,
  last_update_time: time,
  url_count: count,
  failed_url_count: count,
  pop_count: count,
  fetch_count: count,
  ...figures,
};

/** A line of the list. */
export const requestLine = z.strictObject(overview);

/** One request with its PoPs. */
export const requestBody = z.strictObject({
  ...overview,
  pops: z.array(
    z.strictObject({
      pop: z.string(),
      status: z.enum(['SUCCESS', 'FAILED']),
      message: z.string().nullable(),
      city: z.string().nullable(),
      country: z.string().nullable(),
      ...figures,
    }),
  ),
});

/** `GET /report?format=json`. */
export const reportBody = requestBody.extend({
  asked: z.strictObject({ requested: count, warm: count, failed: count, not_done: count }),
  failed_pops: z.array(z.string()),
  failures: z.array(
    z.strictObject({
      pop: z.string(),
      url: z.string(),
      encoding: z.enum(ENCODINGS),
      outcome: z.enum(OUTCOME_KINDS),
      http_status: z.int().nullable(),
      message: z.string(),
      attempts: count,
    }),
  ),
});

export const requestListBody = z.strictObject({
  requests: z.array(requestLine),
  /** Give it back as `after` to read on; null on the last page. */
  next: z.string().nullable(),
});

export const popListBody = z.strictObject({
  pops: z.array(
    z.strictObject({
      pop: z.string(),
      city: z.string(),
      country: z.string(),
      country_name: z.string(),
      continent: z.string(),
      latitude: z.number(),
      longitude: z.number(),
      partition: z.enum(['aws', 'aws-cn']),
    }),
  ),
  regions: z.record(z.string(), z.array(z.string())),
  countries: z.record(z.string(), z.array(z.string())),
});

const dollars = z.number().min(0);
export const estimateBody = z.strictObject({
  urls: count,
  pops: count,
  requests: count,
  bytes: count,
  minutes: z.number().min(0),
  cost_usd: z.strictObject({
    cloudfront_transfer: dollars,
    cloudfront_requests: dollars,
    invalidation: dollars,
    instances: dollars,
    queue_and_tables: dollars,
    total: dollars,
  }),
  prices_as_of: z.string(),
  assumptions: z.array(z.string()),
});

export const uploadPlaceBody = z.strictObject({
  list_id: z.uuid(),
  upload_url: z.url(),
  expires_at: time,
});

export const healthBody = z.strictObject({ status: z.literal('ok') });
