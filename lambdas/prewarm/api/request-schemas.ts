import * as z from 'zod';
import { MAX_INSTANCES } from '../engine/request/limits';

/** Query strings and bodies besides the one of `POST /prewarm`, which schemas.ts describes. */

export const instancesBody = z.object({
  DesiredCapacity: z.int().min(0).max(MAX_INSTANCES).describe('Instances of the fleet.'),
  force_stop: z
    .union([z.boolean(), z.literal(0), z.literal(1)])
    .nullish()
    .describe('Stop the request req_id as well; other requests and their instances stay. Default: false.'),
  req_id: z.string().nullish().describe('Needed, and only read, with force_stop.'),
});

export const estimateExtras = z.object({
  average_object_bytes: z
    .int()
    .min(0)
    .max(50_000_000_000)
    .optional()
    .describe('Average size of an object; a common size is assumed without it.'),
});

export const LARGEST_PAGE = 200;
const PAGE = 50;

export const listQuery = z.object({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(LARGEST_PAGE))
    .default(PAGE)
    .describe(`Requests per page, 1 to ${LARGEST_PAGE}.`),
  after: z.string().min(1).max(512).optional().describe('`next` of the page before.'),
});

export const popsQuery = z.object({
  region: z.string().min(1).max(64).optional().describe('Only the PoPs of this region, such as `eu`.'),
  country: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Only the PoPs of this country: a name of the `countries` list, or any other by name or ISO 3166-1 code.',
    ),
});

export const REPORT_FORMATS = ['csv', 'json', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const reportQuery = z.object({
  req_id: z.string().min(1).describe('Id of the request.'),
  format: z.enum(REPORT_FORMATS).default('html').describe('csv has the failures only.'),
});
