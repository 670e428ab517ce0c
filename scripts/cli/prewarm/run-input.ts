import { createHash, randomUUID } from 'node:crypto';
import { checkPrewarmBody } from '../../../lambdas/prewarm/api/check-prewarm-body';
import type { RequestSpec } from '../../../lambdas/prewarm/engine/model/request';
import {
  type FieldIssue,
  InvalidRequest,
  InvalidUrls,
} from '../../../lambdas/prewarm/engine/request/invalid-request';
import { MAX_URLS } from '../../../lambdas/prewarm/engine/request/limits';
import type { RequestContext } from '../../../lambdas/prewarm/engine/request/normalise-request';
import { checkedUrls } from '../../../lambdas/prewarm/engine/request/normalise-urls';
import { BadInput, Problems } from '../bad-input';
import type { RunOptions } from './run-options';
import type { Scratch } from './scratch';
import { openUrlList, type UrlList } from './url-list';

/** A run that may begin: its fields are right, its URLs are checked while they are read. */
export interface PreparedRun {
  readonly spec: RequestSpec;
  readonly urls: () => AsyncIterable<string>;
  /** The same for the same list and options; what an interrupted run is found by. Absent where nothing is kept. */
  readonly fingerprint?: string;
}

/** What LIST leaves out that the API asks for: one day, this one machine. */
const DEFAULTS = { timeout: 1_440, instance_count: 1 };

/** Fields of the request body by the option that sets them. */
const FIELD_OPTIONS: Readonly<Record<string, string>> = {
  cf_domain: '--cf-domain',
  aliases: '--alias',
  pops: '--pops',
  countries: '--countries',
  regions: '--regions',
  near: '--near',
  sitemap: '--sitemap',
  playlist: '--playlist',
  encodings: '--encodings',
  header: '--header',
  range: '--range',
  verify: '--verify',
  max_bandwidth_mbps: '--max-bandwidth',
  timeout: '--timeout',
  url_list: 'LIST',
};

const TARGETS = [
  ['pops', 'pop'],
  ['countries', 'country'],
  ['regions', 'region'],
  ['near', 'pop'],
] as const;

type TargetOption = (typeof TARGETS)[number];

function givenTargets(options: RunOptions): readonly TargetOption[] {
  return TARGETS.filter(([field]) => options[field] !== undefined);
}

/** @throws BadInput where the options name their targets in more than one way */
function refuseSeveralTargets(options: RunOptions): void {
  const names = givenTargets(options).map(([field]) => `--${field}`);
  if (names.length < 2) return;
  throw new BadInput(
    `${names.join(' and ')}: got ${names.length === 2 ? 'both' : `all ${names.length}`}; allowed: one of --pops, --countries, --regions and --near`,
  );
}

/**
 * The target fields that the options set; given at all, they take the place of those of the list. Where several are given,
 * which is refused, the first, so that the other fields are checked all the same.
 */
function targetFields(options: RunOptions): Readonly<Record<string, unknown>> {
  const [first] = givenTargets(options);
  if (first === undefined) return {};
  const [field, type] = first;
  const none = Object.fromEntries(TARGETS.map(([name]) => [name, null]));
  return { ...none, near_count: null, target_type: type, [field]: options[field] };
}

function optionFields(options: RunOptions): Readonly<Record<string, unknown>> {
  const fields = {
    cf_domain: options.cfDomain,
    aliases: options.alias,
    ...targetFields(options),
    sitemap: options.sitemap,
    playlist: options.playlist,
    encodings: options.encodings,
    header: options.header,
    range: options.range,
    skip_warm: options.skipWarm,
    verify: options.verify,
    need_invalidate: options.invalidate,
    max_bandwidth_mbps: options.maxBandwidth,
    timeout: options.timeout,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const NO_LIST: UrlList = { kind: 'body', body: {} };
/** Stands for a list that cannot be read, so that the options are checked all the same. */
const UNREADABLE_LIST: UrlList = { kind: 'lines', lines: async function* () {} };

/** Advice that was written for callers of the API. */
export function inOptions(advice: string): string {
  return advice
    .replace('GET /pops', '`warmpath prewarm pops`')
    .replace('as cf_domain and this name in aliases', 'with --cf-domain and this name with --alias')
    .replace(/name (it|further hosts) in aliases/, 'name $1 with --alias')
    .replace('in the field range', 'with --range');
}

/** One message for everything that is wrong, in the caller's words: options where options were used. */
function explain(issues: readonly FieldIssue[], isOption: (field: string) => boolean): string {
  return issues
    .map(({ field, got, allowed, hint }) => {
      const name = field.replace(/\[.*$/, '');
      const shownName = isOption(name) ? field.replace(name, FIELD_OPTIONS[name] ?? name) : field;
      const advice = hint === undefined ? '' : `; ${inOptions(hint)}`;
      return `${shownName}: got ${got}; allowed: ${allowed}${advice}`;
    })
    .join('\n          ');
}

const SHOWN_URLS = 10;

function explainUrls({ urls, count }: InvalidUrls): string {
  const more = count - Math.min(SHOWN_URLS, urls.length);
  return [
    `LIST: ${count} of the URLs cannot be warmed; allowed: http and https URLs of the distribution and its aliases`,
    ...urls.slice(0, SHOWN_URLS).map(({ url, reason }) => `  ${url}: ${inOptions(reason)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

async function* nonEmpty(urls: AsyncIterable<string>, spec: RequestSpec): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const url of urls) {
    isEmpty = false;
    yield url;
  }
  if (isEmpty && spec.sources.length === 0) {
    throw new BadInput('LIST: got no URL; allowed: at least one URL, or a --sitemap or --playlist');
  }
}

async function* texts(list: Extract<UrlList, { kind: 'lines' }>): AsyncGenerator<string> {
  for await (const { text } of list.lines()) yield text;
}

/** What LIST holds, anew with each call; the field of a body has been checked before. */
function linesOf(list: UrlList): AsyncIterable<string> | Iterable<string> {
  if (list.kind === 'lines') return texts(list);
  const { url_list: urls } = list.body;
  return Array.isArray(urls) ? urls.map(String) : [];
}

async function fingerprintOf(spec: RequestSpec, urls: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(spec));
  for await (const url of urls) hash.update('\n').update(url);
  return `run-${hash.digest('hex')}`;
}

/** Errors of what the caller gave, in the words of the command line; any other error passes as it is. */
export function asBadInput(error: unknown, isOption: (field: string) => boolean = () => false): unknown {
  if (error instanceof InvalidRequest) return new BadInput(explain(error.issues, isOption), { cause: error });
  if (error instanceof InvalidUrls) return new BadInput(explainUrls(error), { cause: error });
  return error;
}

/**
 * Reads LIST and the options and checks them against each other and against DNS.
 * @throws BadInput that names every field that is wrong
 */
export async function prepareRun(
  path: string | undefined,
  options: RunOptions,
  context: RequestContext,
  scratch: Scratch,
): Promise<PreparedRun> {
  const problems = new Problems();
  const opened = await problems.collect(() => (path === undefined ? NO_LIST : openUrlList(path, scratch)));
  const list = opened ?? UNREADABLE_LIST;
  await problems.collect(() => refuseSeveralTargets(options));
  const given = optionFields(options);
  const body = { ...DEFAULTS, ...(list.kind === 'body' ? list.body : {}), ...given };
  function isOption(field: string): boolean {
    return list.kind === 'lines' || path === undefined || field in given;
  }
  const checked = await problems.collect(() =>
    checkPrewarmBody(body, {
      ...context,
      maxInlineUrls: MAX_URLS,
      hasOtherList: list.kind === 'lines',
    }).catch((error: unknown) => {
      throw asBadInput(error, isOption);
    }),
  );
  problems.throwIfAny();
  if (checked === undefined) throw new Error('nothing checked, and nothing wrong');
  const { hosts, spec } = checked;
  // However many instances a list asks the fleet for: this is one machine, and 0 would wait for ever.
  const onThisMachine: RequestSpec = { ...spec, instanceCount: 1 };
  function urls(): AsyncIterable<string> {
    return nonEmpty(checkedUrls(linesOf(list), { hosts, maxUrls: MAX_URLS }), spec);
  }
  if (options.dataDir === undefined || spec.idempotencyKey !== undefined) {
    return { spec: onThisMachine, urls };
  }
  // Reads the whole list, so that a bad URL is told before the data directory is made.
  const fingerprint = await fingerprintOf(onThisMachine, urls()).catch((error: unknown) => {
    throw asBadInput(error);
  });
  return {
    spec: { ...onThisMachine, idempotencyKey: `${fingerprint}-${randomUUID()}` },
    urls,
    fingerprint,
  };
}
