import * as z from 'zod';
import {
  DEFAULT_OBJECT_BYTES,
  type Estimate,
  estimate,
  type ObjectSize,
} from '../../engine/estimate/estimate';
import { PRICES_AS_OF } from '../../engine/estimate/prices';
import { nothingLeft } from '../../engine/model/exhaustive';
import type { PrewarmApplication } from '../application';
import { count, invalidUrlsBody } from '../bodies';
import { always, answer, FAILURE, named, withBody } from '../documentation';
import { jsonAnswer } from '../json-answer';
import { readBy } from '../query';
import { readJsonBody } from '../request-body';
import { prewarmBodySchema } from '../schemas';
import type { Route } from './route';

/** What the body has besides the fields of `POST /prewarm`. */
const extras = z.object({
  average_object_bytes: z
    .int()
    .min(0)
    .max(50_000_000_000)
    .optional()
    .describe('Average size of an object; a common size is assumed without it.'),
});

const dollars = z.number().min(0);
export const estimateBody = z.strictObject({
  urls: count,
  pops: count,
  requests: count.describe('Requests to edges, those that verify included.'),
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

function withoutExtras(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { average_object_bytes: _, ...request } = body as { average_object_bytes?: unknown };
  return request;
}

/** URLs that a request would warm: duplicates are left out, as they are there. */
async function countDistinct(urls: AsyncIterable<string>): Promise<number> {
  const seen = new Set<string>();
  for await (const url of urls) seen.add(url);
  return seen.size;
}

/** Requests looked through for one of the same distribution. */
const REMEMBERED_REQUESTS = 100;

/** Returns what objects of this distribution had on average when they were last sized. */
async function rememberedObjectBytes(
  application: PrewarmApplication,
  distributionDomain: string,
): Promise<number | undefined> {
  const { items } = await application.list({ limit: REMEMBERED_REQUESTS });
  const last = items.find(
    ({ spec, urlBytes, totals }) =>
      spec.distributionDomain === distributionDomain && urlBytes > 0 && totals !== undefined,
  );
  return last?.totals === undefined ? undefined : Math.round(last.urlBytes / last.totals.urlCount);
}

async function objectSize(
  application: PrewarmApplication,
  distributionDomain: string,
  given: number | undefined,
): Promise<ObjectSize> {
  if (given !== undefined) return { bytes: given, source: 'given' };
  const remembered = await rememberedObjectBytes(application, distributionDomain);
  return remembered === undefined
    ? { bytes: DEFAULT_OBJECT_BYTES, source: 'assumed' }
    : { bytes: remembered, source: 'remembered' };
}

function roundedDollars(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}

function costJson(cost: Estimate['cost']): z.output<typeof estimateBody>['cost_usd'] {
  const { cloudFrontTransfer, cloudFrontRequests, invalidation, instances, queueAndTables, total, ...rest } =
    cost;
  nothingLeft(rest);
  return {
    cloudfront_transfer: roundedDollars(cloudFrontTransfer),
    cloudfront_requests: roundedDollars(cloudFrontRequests),
    invalidation: roundedDollars(invalidation),
    instances: roundedDollars(instances),
    queue_and_tables: roundedDollars(queueAndTables),
    total: roundedDollars(total),
  };
}

function estimateJson(estimated: Estimate): z.output<typeof estimateBody> {
  const { urls, pops, requests, bytes, minutes, cost, assumptions, ...rest } = estimated;
  nothingLeft(rest);
  return {
    urls,
    pops,
    requests,
    bytes,
    minutes: Math.round(minutes * 100) / 100,
    cost_usd: costJson(cost),
    prices_as_of: PRICES_AS_OF,
    assumptions: [...assumptions],
  };
}

export const estimateRoute: Route = {
  method: 'post',
  path: '/estimate',
  operation: {
    operationId: 'estimate',
    summary: 'Requests, bytes, minutes and AWS cost of a request, without starting it',
    description:
      'Takes the body of `POST /prewarm` and checks it alike. Cost is in USD at list prices; sizes come from `average_object_bytes`, else from the last request of the same distribution, else from a guess, and `assumptions` says which.',
    tag: 'requests',
    body: named('EstimateBody', prewarmBodySchema.extend(extras.shape)),
    responses: {
      '200': answer('The estimate and what it takes for granted.', named('Estimate', estimateBody)),
      '400': answer('The request would be refused.', named('InvalidUrls', invalidUrlsBody), FAILURE),
      ...withBody,
      ...always,
    },
  },
  async handle(context, { application, limits }) {
    const body = await readJsonBody(context.req.raw, limits);
    const { spec, urls } = await application.parse(withoutExtras(body));
    const { average_object_bytes: given } = readBy(extras, body);
    const result = estimate({
      spec,
      urlCount: Math.min(await countDistinct(urls), spec.limit ?? Number.POSITIVE_INFINITY),
      objectSize: await objectSize(application, spec.distributionDomain, given),
      findPlace: (pop) => application.directory.find(pop),
    });
    return jsonAnswer(context, estimateJson(result));
  },
};
