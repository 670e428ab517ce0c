import { createHash, randomUUID } from 'node:crypto';
import { checkPrewarmBody } from '../../../lambdas/prewarm/api/check-prewarm-body';
import type { RequestSpec } from '../../../lambdas/prewarm/engine/model/request';
import { MAX_URLS } from '../../../lambdas/prewarm/engine/request/limits';
import type { RequestContext } from '../../../lambdas/prewarm/engine/request/normalise-request';
import { checkedUrls } from '../../../lambdas/prewarm/engine/request/normalise-urls';
import { urlSelection } from '../../../lambdas/prewarm/engine/request/url-patterns';
import { BadInput, Problems } from '../bad-input';
import { asBadInput } from './explain-refusal';
import { OPTION_WORDING } from './option-wording';
import { optionFields, refuseSeveralTargets } from './run-body';
import type { RunOptions } from './run-options';
import type { Scratch } from './scratch';
import { openUrlList, type UrlList } from './url-list';

/** A run that may begin: its fields are right, its URLs are checked while they are read. */
export interface PreparedRun {
  readonly spec: RequestSpec;
  readonly urls: () => AsyncIterable<string>;
  /** What the user should know of the request before it begins, a sentence each. */
  readonly warnings: readonly string[];
  /** The same for the same list and options; what an interrupted run is found by. Absent where nothing is kept. */
  readonly fingerprint?: string;
}

/** What LIST leaves out that the API asks for: one day, this one machine. */
const DEFAULTS = { timeout: 1_440, instance_count: 1 };

const NO_LIST: UrlList = { kind: 'body', body: {} };
/** Stands for a list that cannot be read, so that the options are checked all the same. */
const UNREADABLE_LIST: UrlList = { kind: 'lines', lines: async function* () {} };

async function* nonEmpty(urls: AsyncIterable<string>, spec: RequestSpec): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const url of urls) {
    isEmpty = false;
    yield url;
  }
  if (isEmpty && spec.sources.length === 0) {
    const wanted =
      spec.include === undefined && spec.exclude === undefined ? '' : ' that --include and --exclude leave';
    throw new BadInput(`LIST: got no URL${wanted}; allowed: at least one URL, or a --sitemap or --playlist`);
  }
}

/** Yields what LIST holds, anew with each call; the field of a body has been checked before. */
function linesOf(list: UrlList): AsyncIterable<string> | Iterable<string> {
  if (list.kind === 'lines') return list.lines();
  const { url_list: urls } = list.body;
  return Array.isArray(urls) ? urls.map(String) : [];
}

async function fingerprintOf(spec: RequestSpec, urls: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(spec));
  for await (const url of urls) hash.update('\n').update(url);
  return `run-${hash.digest('hex')}`;
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
      wording: OPTION_WORDING,
      maxInlineUrls: MAX_URLS,
      otherList: list.kind === 'lines' ? list.lines : undefined,
    }).catch((error: unknown) => {
      throw asBadInput(error, isOption);
    }),
  );
  problems.throwIfAny();
  if (checked === undefined) throw new Error('nothing checked, and nothing wrong');
  const { hosts, spec, warnings } = checked;
  // However many instances a list asks the fleet for: this is one machine, and 0 would wait for ever.
  const onThisMachine: RequestSpec = { ...spec, instanceCount: 1 };
  function urls(): AsyncIterable<string> {
    return nonEmpty(
      checkedUrls(linesOf(list), { hosts, maxUrls: MAX_URLS, isSelected: urlSelection(spec) }),
      spec,
    );
  }
  if (options.dataDir === undefined || spec.idempotencyKey !== undefined) {
    return { spec: onThisMachine, urls, warnings };
  }
  // Reads the whole list, so that a bad URL is told before the data directory is made.
  const fingerprint = await fingerprintOf(onThisMachine, urls()).catch((error: unknown) => {
    throw asBadInput(error);
  });
  return {
    spec: { ...onThisMachine, idempotencyKey: `${fingerprint}-${randomUUID()}` },
    urls,
    warnings,
    fingerprint,
  };
}
