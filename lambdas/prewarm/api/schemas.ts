import * as z from 'zod';
import { SOURCE_HELP } from '../engine/inputs/source-help';
import { sourceFields, VERIFY_MODES } from '../engine/model/request';
import {
  MAX_ALIASES,
  MAX_BANDWIDTH_MBPS,
  MAX_HEADERS,
  MAX_IDEMPOTENCY_KEY_LENGTH,
  MAX_INLINE_URLS,
  MAX_INSTANCES,
  MAX_NEAR_COUNT,
  MAX_POPS,
  MAX_RANGE_LENGTH,
  MAX_SOURCES,
  MAX_TIMEOUT_MINUTES,
  MAX_URL_PATTERNS,
  MAX_URLS,
  MIN_TIMEOUT_MINUTES,
} from '../engine/request/limits';
import { type PrewarmBody, REQUEST_ENCODINGS } from '../engine/request/request-body';

function names(max: number) {
  return z.array(z.string()).max(max).optional();
}

const patterns = z.union([z.string(), z.array(z.string()).max(MAX_URL_PATTERNS)]).optional();

const documents = z.union([z.string(), z.array(z.string()).max(MAX_SOURCES)]).optional();

/**
 * Body of `POST /prewarm`, and of `POST /estimate`. Types and ranges only, without transformations, so that the
 * OpenAPI document is generated from it; what the values mean is checked in `engine/request`.
 */
export const prewarmBodySchema = z.strictObject({
  url_list: z
    .array(z.string())
    .max(MAX_INLINE_URLS)
    .optional()
    .describe(
      `URLs to warm, http or https, literal (no globbing): at most ${MAX_INLINE_URLS} in a body, unpacked; longer lists go by list_id. Required without list_id, sitemap and playlist.`,
    ),
  list_id: z
    .uuid()
    .optional()
    .describe(
      `A list uploaded to where POST /lists said, in place of url_list: ${MAX_URLS} URLs unless configured.`,
    ),
  cf_domain: z
    .string()
    .optional()
    .describe(
      "The distribution's cloudfront.net name, or a CNAME of it. Default: the host of the first URL of the list, else of the first sitemap or playlist.",
    ),
  aliases: names(MAX_ALIASES).describe('Further host names of the distribution that URLs may have.'),
  target_type: z
    .string()
    .optional()
    .describe('pop, region or country, in any case. Which of the three lists counts. Default: pop.'),
  regions: names(100).describe(
    'Regions: fixed lists (`eu`, `us`, …) or parts of the world (`europe`, …); empty: the union of the lists, mainland China left out.',
  ),
  countries: names(100).describe(
    'Countries, by any name or ISO 3166-1 code: every PoP that stands there. The fixed lists of the compatible API are `legacy:japan` and its kin; empty: their union.',
  ),
  pops: names(MAX_POPS * 2).describe(
    'Codes of points of presence; empty: the union of the fixed region lists, mainland China left out. A code that is not listed is taken where its airport is known.',
  ),
  near: z
    .string()
    .optional()
    .describe('"LAT,LON" in degrees: the closest points of presence, in place of the lists.'),
  near_count: z
    .int()
    .min(1)
    .max(MAX_NEAR_COUNT)
    .optional()
    .describe('How many are closest to near. Default: 3.'),
  timeout: z
    .number()
    .min(MIN_TIMEOUT_MINUTES)
    .max(MAX_TIMEOUT_MINUTES)
    .optional()
    .describe('Minutes until the request is stopped; fractions allowed. Required.'),
  header: z
    .union([z.array(z.string()).max(4 * MAX_HEADERS), z.record(z.string(), z.string())])
    .optional()
    .describe('Headers sent with every fetch: "Name: value" lines, or an object.'),
  instance_count: z
    .int()
    .min(0)
    .max(MAX_INSTANCES)
    .optional()
    .describe('Instances that warm this request. Required.'),
  need_invalidate: z
    .boolean()
    .optional()
    .describe('Invalidate the URLs once before they are warmed. Default: false.'),
  idempotency_key: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(MAX_IDEMPOTENCY_KEY_LENGTH)
    .optional()
    .describe('A repeat with the same key answers the request that is there.'),
  encodings: z
    .array(z.enum(REQUEST_ENCODINGS))
    .max(REQUEST_ENCODINGS.length * 2)
    .optional()
    .describe('Variants to warm. Default: browser, or what an Accept-Encoding among the headers says.'),
  verify: z
    .enum(VERIFY_MODES)
    .optional()
    .describe(
      'Ask again for warmed objects and expect a Hit: for one in twenty (sample, the default), all, or none.',
    ),
  skip_warm: z
    .boolean()
    .optional()
    .describe('HEAD first, and do not download what is a Hit. Default: false.'),
  max_bandwidth_mbps: z
    .number()
    .positive()
    .max(MAX_BANDWIDTH_MBPS)
    .optional()
    .describe('Cap for the whole request in megabits per second.'),
  range: z
    .union([z.number(), z.string().max(MAX_RANGE_LENGTH)])
    .optional()
    .describe('Fetch only the first bytes of each object: a number, or a size such as "64KiB".'),
  ...sourceFields((kind) => documents.describe(SOURCE_HELP[kind].fieldHelp)),
  sitemap_media: z
    .boolean()
    .optional()
    .describe('Also images, videos and translations of the sitemaps. Default: false.'),
  include: patterns.describe(
    'Only URLs that one of these patterns matches, wherever they come from. A pattern begins with /, * or https://; * stands for any characters; without a question mark the query does not count. Default: all.',
  ),
  exclude: patterns.describe('No URLs that one of these patterns matches. Default: none.'),
  limit: z
    .int()
    .min(1)
    .max(MAX_URLS)
    .optional()
    .describe('At most this many URLs: of the list first, then of the sitemaps and playlists. Default: all.'),
  notify: z.string().optional().describe('https URL that is called when the request has ended.'),
});

/** Compile-time proof that the schema and the domain speak of the same body. */
prewarmBodySchema satisfies z.ZodType<PrewarmBody>;

/** Allowed values of each field, as error messages state them. */
export const ALLOWED: Readonly<Record<keyof PrewarmBody, string>> = {
  url_list: 'a list of strings',
  list_id: 'the list_id of an answer of POST /lists',
  cf_domain: 'a string',
  aliases: `a list of at most ${MAX_ALIASES} strings`,
  target_type: 'pop, region, country',
  regions: 'a list of strings',
  countries: 'a list of strings',
  pops: `a list of at most ${MAX_POPS} strings`,
  near: '"LAT,LON" in degrees',
  near_count: `a whole number from 1 to ${MAX_NEAR_COUNT}`,
  timeout: `minutes, a number from ${MIN_TIMEOUT_MINUTES.toFixed(3)} (one second) to ${MAX_TIMEOUT_MINUTES}`,
  header: 'a list of "Name: value" lines, or an object of strings',
  instance_count: `a whole number from 0 to ${MAX_INSTANCES}`,
  need_invalidate: 'true or false',
  idempotency_key: `1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters`,
  encodings: REQUEST_ENCODINGS.join(', '),
  verify: VERIFY_MODES.join(', '),
  skip_warm: 'true or false',
  max_bandwidth_mbps: `megabits per second, above 0 and at most ${MAX_BANDWIDTH_MBPS}`,
  range: 'a number of bytes, or a size such as "64KiB"',
  ...sourceFields(() => `a URL, or a list of at most ${MAX_SOURCES}`),
  sitemap_media: 'true or false',
  include: `a pattern such as "/images/*", or a list of at most ${MAX_URL_PATTERNS}`,
  exclude: `a pattern such as "*.mp4", or a list of at most ${MAX_URL_PATTERNS}`,
  limit: `a whole number from 1 to ${MAX_URLS}`,
  notify: 'an https URL',
};
