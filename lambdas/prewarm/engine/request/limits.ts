/** Limits of a request; each names its source. */

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (maximum length of a URL) */
export const MAX_URL_BYTES = 8_192;
/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (request with headers and query string) */
export const MAX_FETCH_REQUEST_BYTES = 20_480;
/** Room kept for the request line and for the headers the engine adds (host, user-agent, accept-encoding, range). */
const OWN_REQUEST_BYTES = 2_048;
/** What is left for the caller's headers when the URL is as long as it may be. */
export const MAX_HEADER_BYTES = MAX_FETCH_REQUEST_BYTES - MAX_URL_BYTES - OWN_REQUEST_BYTES;
/** Own choice: far above what a viewer sends; the bytes are the real limit. */
export const MAX_HEADERS = 64;

/** URLs in the body of one request, unpacked. Own choice: about 10 MB of JSON, the payload limit of API Gateway. */
export const MAX_INLINE_URLS = 100_000;
/** URLs of an uploaded list or a file, unless configured. Own choice: through 100 PoPs these are 100 million fetches. */
export const MAX_URLS = 1_000_000;
/** Hosts of one request that are looked up in DNS because no alias names them. Own choice. */
export const MAX_LOOKED_UP_HOSTS = 200;
/** Bad URLs named in one error, each once, as far as they fit a response; the rest are counted. */
export const MAX_REPORTED_URLS = MAX_INLINE_URLS;

/** One second. */
export const MIN_TIMEOUT_MINUTES = 1 / 60;
/** Four days: what the task queue keeps a message for. */
export const MAX_TIMEOUT_MINUTES = 4 * 24 * 60;
/** The limit of the compatible API. */
export const MAX_INSTANCES = 300;

/** Own choice: 41 codes are in all lists together, 351 are known. */
export const MAX_POPS = 500;
export const MAX_ALIASES = 1_000;
export const MAX_SOURCES = 100;
export const MAX_URL_PATTERNS = 100;
export const DEFAULT_NEAR_COUNT = 3;
export const MAX_NEAR_COUNT = 50;
export const MAX_IDEMPOTENCY_KEY_LENGTH = 128;
export const MAX_NOTIFY_URL_LENGTH = 2_048;
/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RangeGETs.html (50 GB per cacheable GET) */
export const MAX_RANGE_BYTES = 50_000_000_000;
/** Own choice: a size with its unit has 23 characters at most, without blanks. */
export const MAX_RANGE_LENGTH = 64;
export const MAX_BANDWIDTH_MBPS = 100_000;
