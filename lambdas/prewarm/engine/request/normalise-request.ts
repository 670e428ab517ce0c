import type { AddressPolicy } from '../addresses/address-guard';
import type { PopCode } from '../model/ids';
import type { Encoding, RequestHeader, RequestSpec } from '../model/request';
import { popHostName } from '../pops/pop-code';
import type { FindDistribution } from '../ports/find-distribution';
import type { PopDirectory } from '../ports/pop-directory';
import type { Resolver } from '../ports/resolver';
import { parseByteSize } from './byte-size';
import { resolveDistribution } from './distribution';
import { normaliseHeaders } from './header';
import { asHostName, isHostName } from './host-name';
import { type HostRule, hostRule } from './host-rule';
import { type FieldIssue, InvalidRequest, shown } from './invalid-request';
import { MAX_ALIASES, MAX_RANGE_BYTES } from './limits';
import { checkSourceHosts, normaliseSources, type WrittenSource } from './normalise-sources';
import { checkNotifyUrl } from './notify-url';
import type { PrewarmBody } from './request-body';
import { namesCodes, selectPops, unknownCode } from './targets';
import { parseUrl } from './url';
import { checkUrlPatterns } from './url-patterns';
import type { Wording } from './wording';

export interface RequestContext {
  readonly directory: PopDirectory;
  readonly resolver: Resolver;
  readonly policy: AddressPolicy;
  /**
   * Lines of a list that comes from elsewhere than the body (an upload, a file), from its beginning with each call.
   * @default - the URLs are those of the body
   */
  readonly otherList?: (() => AsyncIterable<string> | Iterable<string>) | undefined;
  /** @default - that of the HTTP API */
  readonly wording?: Wording;
  /** @default - only DNS and the request say which names a distribution has */
  readonly findDistribution?: FindDistribution;
}

/** A request whose fields are right; its URLs are checked as they are read. */
export interface NormalisedRequest {
  readonly spec: RequestSpec;
  readonly hosts: HostRule;
}

type Issues = FieldIssue[];

function required(field: string, allowed: string, issues: Issues): void {
  issues.push({ field, got: 'nothing', allowed, hint: 'the field is required' });
}

function normaliseAliases(aliases: readonly string[], issues: Issues): readonly string[] {
  if (aliases.length > MAX_ALIASES) {
    issues.push({ field: 'aliases', got: shown(aliases), allowed: `at most ${MAX_ALIASES}` });
    return [];
  }
  const names = aliases.map(asHostName);
  names.forEach((name, index) => {
    if (isHostName(name)) return;
    issues.push({
      field: `aliases[${index}]`,
      got: shown(aliases[index]),
      allowed: 'a host name such as www.example.com, without wildcard, scheme or port',
    });
  });
  return [...new Set(names)];
}

function normaliseEncodings(
  asked: PrewarmBody['encodings'],
  headers: readonly RequestHeader[],
  issues: Issues,
): readonly Encoding[] {
  const hasHeader = headers.some(({ name }) => name === 'accept-encoding');
  if (asked === undefined || asked.length === 0) return [hasHeader ? 'header' : 'browser'];
  if (hasHeader) {
    issues.push({
      field: 'encodings',
      got: 'encodings and an Accept-Encoding header',
      allowed: 'one of them',
      hint: 'leave one out',
    });
  }
  return [...new Set(asked)];
}

function normaliseRange(range: PrewarmBody['range'], issues: Issues): number | undefined {
  if (range === undefined) return undefined;
  const bytes = parseByteSize(range);
  if (bytes !== undefined && bytes >= 1 && bytes <= MAX_RANGE_BYTES) return bytes;
  issues.push({
    field: 'range',
    got: shown(range),
    allowed: `a number of bytes from 1 to ${MAX_RANGE_BYTES}, or a size such as "64KiB"`,
  });
  return undefined;
}

/** Lines looked through for a URL: a list of which none of these is one is refused anyway. */
const MAX_LINES_BEFORE_URL = 100;

async function firstHost(lines: AsyncIterable<string> | Iterable<string>): Promise<string | undefined> {
  let read = 0;
  for await (const line of lines) {
    const parsed = parseUrl(line);
    if (parsed.kind === 'url') return parsed.host;
    read += 1;
    if (read >= MAX_LINES_BEFORE_URL) return undefined;
  }
  return undefined;
}

/** Where `cf_domain` is left out it is the host of the first URL of the list, or of the first source. */
async function cfDomainOf(
  body: PrewarmBody,
  sources: readonly WrittenSource[],
  otherList: RequestContext['otherList'],
): Promise<string | undefined> {
  if (body.cf_domain !== undefined) return asHostName(body.cf_domain);
  return (await firstHost(body.url_list ?? otherList?.() ?? [])) ?? sources[0]?.host;
}

async function checkDistribution(
  cfDomain: string | undefined,
  written: string | undefined,
  { resolver, wording, findDistribution }: RequestContext,
  issues: Issues,
): Promise<string | undefined> {
  if (cfDomain === undefined) {
    required('cf_domain', "the distribution's cloudfront.net name, or a CNAME of it", issues);
    return undefined;
  }
  const distribution = await resolveDistribution(cfDomain, resolver, wording, findDistribution);
  if (distribution.kind === 'distribution') return distribution.domain;
  const { allowed, hint } = distribution;
  const got = written === undefined ? `nothing, and the first URL has ${shown(cfDomain)}` : shown(written);
  issues.push({ field: 'cf_domain', got, allowed, hint });
  return undefined;
}

/** Codes that DNS is asked for in one request, where their airports are not known. */
const MAX_UNPLACED_POPS = 20;

/**
 * A code whose airport is not known passes where DNS has an address for it: it is a new site, and not a misspelt one.
 */
async function checkUnplacedPops(
  pops: readonly PopCode[],
  written: readonly string[],
  distributionDomain: string,
  { directory, resolver, wording }: RequestContext,
  issues: Issues,
): Promise<void> {
  const unplaced = pops.filter((code) => directory.find(code) === undefined);
  const isAnswered = await Promise.all(
    unplaced.slice(0, MAX_UNPLACED_POPS).map(async (code) => {
      const { kind } = await resolver.resolve(popHostName(distributionDomain, code));
      return kind === 'addresses';
    }),
  );
  unplaced.forEach((code, index) => {
    if (isAnswered[index]) return;
    const at = written.findIndex((text) => text.trim().toUpperCase() === code);
    issues.push({ field: `pops[${at}]`, ...unknownCode(code, directory, issues, wording) });
  });
}

/** Mainland China has a CloudFront of its own: a request for its PoPs alone could warm nothing. */
function refuseMainlandChina(
  pops: readonly PopCode[],
  body: PrewarmBody,
  { directory }: RequestContext,
  issues: Issues,
): void {
  if (pops.length === 0 || !pops.every((code) => directory.find(code)?.partition === 'aws-cn')) return;
  const field = body.countries?.length ? 'countries' : body.regions?.length ? 'regions' : 'pops';
  issues.push({
    field,
    got: shown(body[field]?.join(', ')),
    allowed: 'points of presence of cloudfront.net',
    hint: 'those of mainland China serve cloudfront.cn only; legacy:china names the two in Singapore that the compatible list has for it',
  });
}

/**
 * Turns a body whose values have the right types into what the engine works on: names resolved, defaults filled in.
 * @param body fields that are wrong already are left out of it
 * @param found what is wrong with them; the error names these too
 * @throws InvalidRequest with everything that is wrong, after all of it is known
 */
export async function normaliseRequest(
  body: PrewarmBody,
  context: RequestContext,
  found: readonly FieldIssue[] = [],
): Promise<NormalisedRequest> {
  // Something other than an object has no fields that could be missing.
  if (found.some(({ field }) => field === 'body')) throw new InvalidRequest(found);
  const issues: Issues = [];
  const headers = normaliseHeaders(body.header ?? [], issues, context.wording);
  const sources = normaliseSources(body, issues);
  const aliases = normaliseAliases(body.aliases ?? [], issues);
  const pops = selectPops(body, context.directory, issues, context.wording);
  const encodings = normaliseEncodings(body.encodings, headers, issues);
  const rangeBytes = normaliseRange(body.range, issues);
  const include = checkUrlPatterns('include', body.include, issues);
  const exclude = checkUrlPatterns('exclude', body.exclude, issues);
  const notifyUrl = checkNotifyUrl(body.notify, context.policy, issues);
  if (body.url_list === undefined && context.otherList === undefined && sources.length === 0) {
    required('url_list', 'a list of URLs, or a sitemap or playlist', issues);
  }
  if (body.timeout === undefined) required('timeout', 'minutes', issues);
  if (body.instance_count === undefined) required('instance_count', 'a whole number', issues);

  const cfDomain = await cfDomainOf(body, sources, context.otherList);
  const distributionDomain = await checkDistribution(cfDomain, body.cf_domain, context, issues);
  const hosts = hostRule(
    { distributionDomain: distributionDomain ?? '', cfDomain: cfDomain ?? '', aliases },
    context.resolver,
    context.wording,
    context.findDistribution,
  );
  refuseMainlandChina(pops, body, context, issues);
  if (distributionDomain !== undefined) {
    await checkUnplacedPops(pops, body.pops ?? [], distributionDomain, context, issues);
    await checkSourceHosts(sources, hosts, issues);
  }

  const foundFields = new Set(found.map(({ field }) => field.replace(/\[.*$/, '')));
  const all = [...found, ...issues.filter(({ field }) => !foundFields.has(field))];
  const { timeout, instance_count: instanceCount } = body;
  if (all.length > 0 || distributionDomain === undefined || cfDomain === undefined) {
    throw new InvalidRequest(all);
  }
  if (timeout === undefined || instanceCount === undefined) throw new InvalidRequest(all);
  const spec: RequestSpec = {
    distributionDomain,
    cfDomain,
    aliases,
    pops,
    popsFrom: namesCodes(body) ? 'codes' : 'place',
    headers,
    encodings,
    verify: body.verify ?? 'sample',
    skipWarm: body.skip_warm ?? false,
    ...(rangeBytes === undefined ? {} : { rangeBytes }),
    ...(body.max_bandwidth_mbps === undefined ? {} : { maxBandwidthMbps: body.max_bandwidth_mbps }),
    needInvalidate: body.need_invalidate ?? false,
    instanceCount,
    timeoutMinutes: timeout,
    ...(notifyUrl === undefined ? {} : { notifyUrl }),
    ...(body.idempotency_key === undefined ? {} : { idempotencyKey: body.idempotency_key }),
    sources: sources.map(({ source }) => source),
    ...(body.sitemap_media === undefined ? {} : { sitemapMedia: body.sitemap_media }),
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(body.limit === undefined ? {} : { limit: body.limit }),
  };
  return { spec, hosts };
}
