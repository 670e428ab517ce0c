import * as z from 'zod';
import { OUTCOME_KINDS } from '../engine/model/outcome';
import { ENCODINGS, VERIFY_MODES } from '../engine/model/request';
import { REQUEST_STATUSES } from '../engine/model/request-status';
import { REPORT_SCHEMA } from '../engine/report/report-json';

/**
 * Schemas of response bodies that several routes share, and of their parts; keys stand in the order in which they are
 * written.
 */

export const time = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/);
export const count = z.int().min(0);
export const status = z.enum(REQUEST_STATUSES);

export const invalidUrlsBody = z.strictObject({
  status: z.literal('Failed'),
  error_message: z.string(),
  error_urls: z.array(z.string()),
  request_id: z.literal(''),
  timestamp: time,
  timeout_at: z.literal(''),
  /** Why each of the first URLs is refused, and what to do; URLs refused for the same reason are named once. */
  error_reasons: z.array(z.string()),
});

export const failureBodySchema = z.strictObject({
  status: z.literal('failure'),
  timestamp: time,
  message: z.string(),
});

/** Body of failures that arise before a route is reached; API Gateway writes the time in a format of its own. */
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
  verify: z.enum(VERIFY_MODES),
  created_at: time,
  timeout_at: time,
  last_update_time: time,
  url_count: count,
  failed_url_count: count,
  pop_count: count,
  fetch_count: count,
  ...figures,
};

/** One request in the list of `GET /requests`. */
export const requestLine = z.strictObject(overview);

/** Body of `GET /requests/{id}`: one request with its PoPs. */
export const requestBody = z.strictObject({
  ...overview,
  pops: z.array(
    z.strictObject({
      code: z.string(),
      status: z.enum(['SUCCESS', 'FAILED']),
      message: z.string().nullable(),
      city: z.string().nullable(),
      country: z.string().nullable(),
      country_name: z.string().nullable(),
      ...figures,
    }),
  ),
});

/** Failures that share one cause, with their URLs. */
export const failureGroup = z.strictObject({
  outcome: z.enum(OUTCOME_KINDS),
  cause: z.string(),
  http_status: z.int().nullable(),
  fetches: count,
  advice: z.string(),
  urls: z.array(
    z.strictObject({ url: z.string(), fetches: count, pops: z.array(z.string()), pop_count: count }),
  ),
  fetches_of_other_urls: count,
});

/** `GET /report?format=json`. */
export const reportBody = requestBody.extend({
  schema: z.literal(REPORT_SCHEMA),
  asked: z.strictObject({ requested: count, warm: count, failed: count, not_done: count }),
  failed_pops: z.array(z.string()),
  left_out_pops: z.array(z.string()),
  failure_groups: z.array(failureGroup),
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
