/** The headers of an answer that say whether an edge keeps it for the next viewer. */
export interface CachingHeaders {
  readonly 'cache-control'?: string;
  readonly expires?: string;
  readonly date?: string;
  readonly vary?: string;
}

/** Most answers have none of these, and looking for them costs little. */
const MAY_FORBID = /no-|private|age\s*=/i;
/** A directive and its value, with or without quotation marks. */
const DIRECTIVE = /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,"]*)))?/g;
const LIFETIMES = ['s-maxage', 'max-age'] as const;

/**
 * Returns what in an answer keeps an edge from serving the object to the next viewer, in a few words; nothing where there is nothing.
 * That is so where the cache behaviour's minimum TTL is 0: a longer one overrides all of these.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
export function reasonNotToKeep(headers: CachingHeaders): string | undefined {
  const { vary, expires } = headers;
  if (vary?.includes('*') && /(?:^|,)\s*\*\s*(?:,|$)/.test(vary)) return 'vary says *';
  const cacheControl = headers['cache-control'] ?? '';
  const { directive, hasLifetime } = MAY_FORBID.test(cacheControl) ? meaningOf(cacheControl) : NOTHING_SAID;
  if (directive !== undefined) return `cache-control says ${directive}`;
  // A time in seconds goes before a date.
  return expires === undefined || hasLifetime ? undefined : expiredReason(expires, headers.date);
}

/** What a `cache-control` comes to. */
interface Meaning {
  /** The directive that keeps an edge from serving the object. */
  readonly directive?: string | undefined;
  readonly hasLifetime: boolean;
}

const NOTHING_SAID: Meaning = { hasLifetime: false };
/** An origin writes few of them, again and again: taking one apart costs more than all else that is judged of an answer. */
const meanings = new Map<string, Meaning>();
const REMEMBERED_MEANINGS = 64;

function meaningOf(cacheControl: string): Meaning {
  const known = meanings.get(cacheControl);
  if (known) return known;
  const directives = directivesOf(cacheControl);
  const meaning: Meaning = {
    directive: forbidding(directives),
    hasLifetime: LIFETIMES.some((name) => directives.has(name)),
  };
  if (meanings.size === REMEMBERED_MEANINGS) meanings.clear();
  meanings.set(cacheControl, meaning);
  return meaning;
}

type Directives = ReadonlyMap<string, string | undefined>;

function directivesOf(cacheControl: string): Directives {
  const directives = new Map<string, string | undefined>();
  for (const [, name = '', quoted, plain] of cacheControl.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? plain);
  }
  return directives;
}

/**
 * `s-maxage` goes before `max-age`, as in every shared cache. A time of 0 counts unless the edge may serve what is stale meanwhile; one
 * that is no number counts as 0 (RFC 9111, section 4.2.1).
 */
function forbidding(directives: Directives): string | undefined {
  for (const name of ['no-store', 'private']) if (directives.has(name)) return name;
  // With a list of header names it forbids to keep those only.
  if (directives.has('no-cache') && directives.get('no-cache') === undefined) return 'no-cache';
  if (Number(directives.get('stale-while-revalidate') ?? 0) > 0) return undefined;
  const lifetime = LIFETIMES.find((name) => directives.has(name));
  if (lifetime === undefined) return undefined;
  const value = directives.get(lifetime) ?? '';
  if (!/^\d+$/.test(value)) return `${lifetime}=${value}`;
  return Number(value) === 0 ? `${lifetime}=0` : undefined;
}

/** A date that is none, such as `0`, is in the past (RFC 9111, section 5.3); one is compared with the answer's own. */
function expiredReason(expires: string, date: string | undefined): string | undefined {
  const at = /[a-z]/i.test(expires) ? Date.parse(expires) : Number.NaN;
  if (Number.isNaN(at)) return 'expires is no date, which means it is over';
  return date !== undefined && at <= Date.parse(date)
    ? 'expires is not after the date of the answer'
    : undefined;
}
