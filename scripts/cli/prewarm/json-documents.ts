import * as z from 'zod';
import {
  count,
  failureGroup,
  reportBody,
  requestBody,
  successBody,
} from '../../../lambdas/prewarm/api/bodies';
import { estimateBody } from '../../../lambdas/prewarm/api/routes/estimate';
import { requestListBody } from '../../../lambdas/prewarm/api/routes/list-requests';
import { acceptedBody } from '../../../lambdas/prewarm/api/routes/submit';
import { OUTCOME_KINDS } from '../../../lambdas/prewarm/engine/model/outcome';
import { ENCODINGS, VERIFY_MODES } from '../../../lambdas/prewarm/engine/model/request';
import { DRY_RUN_SCHEMA } from './dry-run';
import { POPS_SCHEMA } from './pops';
import { DISCOVERY_SCHEMA } from './pops-discover';
import { RUN_SCHEMA } from './run-json';
import { configFile } from './service/endpoint-config';
import {
  ACCEPTED_SCHEMA,
  ESTIMATE_SCHEMA,
  INSTANCES_SCHEMA,
  REQUEST_LIST_SCHEMA,
  REQUEST_SCHEMA,
  STOPPED_SCHEMA,
} from './service/json-schemas';

/** Schemas of the JSON that `warmpath prewarm` prints and writes; `docs/schemas` publishes them. */

const milliseconds = z.number().min(0).nullable();
const place = { code: z.string(), city: z.string(), country: z.string(), country_name: z.string() };
const popWithMessage = z.strictObject({ code: z.string(), message: z.string() });

/** `run --json`. */
export const runDocument = z.strictObject({
  schema: z.literal(RUN_SCHEMA),
  verify: z.enum(VERIFY_MODES),
  requested: count,
  warmed: count,
  already_warm: count,
  failed: count,
  not_done: count,
  fetches: count,
  bytes: count,
  seconds: z.number().min(0),
  fetches_per_second: z.number().min(0),
  pops: z.record(
    z.string(),
    z.strictObject({
      code: z.string(),
      city: z.string().nullable(),
      country: z.string().nullable(),
      country_name: z.string().nullable(),
      requested: count,
      warmed: count,
      already_warm: count,
      failed: count,
      fetches: count,
      bytes: count,
      hit_ratio: z.number().min(0).max(1),
      latency_ms: z.strictObject({ p50: milliseconds, p95: milliseconds }),
      message: z.string().nullable(),
    }),
  ),
  left_out_pops: z.array(popWithMessage),
  stopped: z.string().nullable(),
  failure_groups: z.array(failureGroup),
  failures: z.array(
    z.strictObject({
      pop: z.string(),
      url: z.string().nullable(),
      encoding: z.enum(ENCODINGS).nullable(),
      outcome: z.enum([...OUTCOME_KINDS, 'unknown-pop']),
      http_status: z.int().nullable(),
      message: z.string(),
      attempts: count,
    }),
  ),
});

/** `run --dry-run --json`. */
export const dryRunDocument = z.strictObject({
  schema: z.literal(DRY_RUN_SCHEMA),
  urls: count,
  pops: count,
  fetches: count,
  requests: count,
  bytes: z.number().min(0),
  cost_usd: z.strictObject({
    cloudfront_transfer: z.number(),
    cloudfront_requests: z.number(),
    invalidation: z.number(),
    total: z.number(),
  }),
  prices_as_of: z.string(),
  left_out_pops: z.array(popWithMessage),
  failed_pops: z.array(popWithMessage),
  unread_sources: z.array(z.string()),
  assumptions: z.array(z.string()),
});

/** `pops --json`, with and without `--check`. */
export const popsDocument = z.strictObject({
  schema: z.literal(POPS_SCHEMA),
  pops: z.array(
    z.strictObject({
      ...place,
      continent: z.string(),
      latitude: z.number(),
      longitude: z.number(),
      partition: z.enum(['aws', 'aws-cn']),
      status: z.enum(['SUCCESS', 'FAILED']).optional(),
      addresses: z.array(z.string()).optional(),
      message: z.string().optional(),
    }),
  ),
  failed: count.optional(),
});

/** `pops --discover --json`. */
export const discoveryDocument = z.strictObject({
  schema: z.literal(DISCOVERY_SCHEMA),
  networks: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('failed'), client_subnet: z.string(), message: z.string() }),
      z.strictObject({
        kind: z.literal('edges'),
        client_subnet: z.string(),
        edges: z.array(
          z.strictObject({
            address: z.string(),
            site: z.string().nullable(),
            known_codes: z.array(z.string()),
          }),
        ),
      }),
    ]),
  ),
});

/** Returns the schema of a body of the API as the command line prints it. */
function printed<Shape extends z.ZodRawShape, Name extends string>(name: Name, body: z.ZodObject<Shape>) {
  return z.strictObject({ schema: z.literal(name), ...body.shape });
}

/** `instances --json`: `desiredcapacity` where the number is asked for, not where it is set. */
const instancesBody = successBody.extend({ desiredcapacity: count.optional() });

/** Each by the name of its file; `report.json` is the same from the service, from AWS and from `run --report`. */
export const JSON_DOCUMENTS = {
  report: reportBody,
  run: runDocument,
  'dry-run': dryRunDocument,
  pops: popsDocument,
  discovery: discoveryDocument,
  accepted: printed(ACCEPTED_SCHEMA, acceptedBody),
  estimate: printed(ESTIMATE_SCHEMA, estimateBody),
  instances: printed(INSTANCES_SCHEMA, instancesBody),
  request: printed(REQUEST_SCHEMA, requestBody),
  'request-list': printed(REQUEST_LIST_SCHEMA, requestListBody),
  stopped: printed(STOPPED_SCHEMA, successBody),
} as const;

/** What is written by hand and read by the commands. */
export const CONFIGURATION = { 'warmpath.config': configFile } as const;
