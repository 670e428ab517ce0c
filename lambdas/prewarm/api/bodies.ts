import * as z from 'zod';
import { OUTCOME_KINDS, type OutcomeKind } from '../engine/model/outcome';
import { ENCODINGS, VERIFY_MODES } from '../engine/model/request';
import { REQUEST_STATUSES } from '../engine/model/request-status';
import { REPORT_SCHEMA } from '../engine/report/report-json';

/**
 * Schemas of response bodies that several routes share, and of their parts; keys stand in the order in which they are
 * written.
 */

export const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/)
  .describe('UTC, such as `2026-11-28 12:00:00.000000`.');
export const count = z.int().min(0);
export const status = z.enum(REQUEST_STATUSES);
export const requestId = z.uuid().describe('Id of the request.');

export const invalidUrlsBody = z.strictObject({
  status: z.literal('Failed'),
  error_message: z.string(),
  error_urls: z.array(z.string()).describe('URLs that are refused.'),
  request_id: z.literal('').describe('Empty: there is no request.'),
  timestamp: time,
  timeout_at: z.literal(''),
  error_reasons: z
    .array(z.string())
    .describe(
      'Why each of the first URLs is refused, and what to do; URLs refused for the same reason are named once.',
    ),
});

export const failureBodySchema = z.strictObject({
  status: z.literal('failure'),
  timestamp: time,
  message: z.string().describe('What was wrong, what is allowed, what to do.'),
});

/** Body of failures that arise before a route is reached; API Gateway writes the time in a format of its own. */
export const gatewayBody = z.strictObject({
  status: z.literal('failure'),
  timestamp: z.string().describe("UTC; of what API Gateway answers by itself, in the gateway's own format."),
  message: z.string().describe('What was wrong, what is allowed, what to do.'),
});

export const successBody = z.strictObject({
  status: z.literal('success'),
  timestamp: time,
  message: z.string(),
});

const ratio = z.number().min(0).max(1).nullable();
const milliseconds = z.number().min(0).nullable();

/** Every outcome with its number of fetches, as properties by name: generated clients know each. */
function outcomeCounts() {
  const shape = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, count]));
  return z.strictObject(shape as Record<OutcomeKind, typeof count>);
}

const figures = {
  fetches: count.describe('Fetches that are done: URL x encoding x point of presence.'),
  warm: count.describe('Fetches after which the edge has the object.'),
  failed: count,
  bytes: count.describe('Bytes of bodies that were received.'),
  hit_ratio: ratio.describe('Share of the fetches that were a Hit at once; null before the first fetch.'),
  warm_ratio: ratio.describe(
    'Share of the fetches after which the edge has the object; null before the first.',
  ),
  latency_ms: z
    .strictObject({ p50: milliseconds, p95: milliseconds, p99: milliseconds })
    .describe(
      'Percentiles of the time to the last byte, from a histogram: within 4.5 %; null before the first.',
    ),
  outcomes: outcomeCounts().describe('Fetches by what came of them.'),
};

const overview = {
  request_id: requestId,
  status,
  stop_reason: z.string().nullable().describe('Why the request was stopped; null where it was not.'),
  message: z
    .string()
    .nullable()
    .describe('What a person should know of it, such as that it waits for capacity.'),
  cf_domain: z.string().describe("The distribution's name."),
  verify: z.enum(VERIFY_MODES),
  created_at: time,
  timeout_at: time,
  last_update_time: time,
  url_count: count.describe('URLs after duplicates and filters.'),
  failed_url_count: count.describe('URLs whose size could not be asked; they are warmed all the same.'),
  pop_count: count.describe('Points of presence that have an address for the distribution.'),
  fetch_count: count.describe('Fetches that the request consists of: URL x encoding x point of presence.'),
  ...figures,
};

/** One request in the list of `GET /requests`. */
export const requestLine = z.strictObject(overview);

/** Body of `GET /requests/{id}`: one request with its PoPs. */
export const requestBody = z.strictObject({
  ...overview,
  pops: z.array(
    z.strictObject({
      code: z.string().describe('Code of the point of presence, such as `FRA56-P4`.'),
      status: z.enum(['SUCCESS', 'FAILED']).describe('FAILED where it has no address for the distribution.'),
      message: z.string().nullable(),
      city: z.string().nullable(),
      country: z.string().nullable().describe('ISO 3166-1 code.'),
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
  advice: z.string().describe('What to do about it.'),
  urls: z.array(
    z.strictObject({ url: z.string(), fetches: count, pops: z.array(z.string()), pop_count: count }),
  ),
  fetches_of_other_urls: count.describe('Fetches of URLs that are not listed for their number.'),
});

/** `GET /report?format=json`. */
export const reportBody = requestBody.extend({
  schema: z.literal(REPORT_SCHEMA),
  asked: z
    .strictObject({ requested: count, warm: count, failed: count, not_done: count })
    .describe('All that was asked for, fetches through points of presence without an address included.'),
  failed_pops: z
    .array(z.string())
    .describe('Named by code, and without an address: their fetches count as failed.'),
  left_out_pops: z
    .array(z.string())
    .describe('Of a country, a region or `near`, and without an address: left out.'),
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
