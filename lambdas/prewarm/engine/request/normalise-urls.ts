import { answerRoom } from './answer-room';
import type { HostRule } from './host-rule';
import { InvalidRequest, type InvalidUrl, InvalidUrls } from './invalid-request';
import { MAX_REPORTED_URLS } from './limits';
import { type ParsedUrl, parseUrl } from './url';

export interface UrlRules {
  readonly hosts: HostRule;
  /** Lines read, duplicates included. */
  readonly maxUrls: number;
  /** Which URLs are passed on; all lines are checked. @default all */
  readonly isSelected?: (url: string) => boolean;
}

/** Result of checking a batch of lines. */
export interface UrlBatch {
  /** Normalised and allowed, in the order of the lines; duplicates are among them. */
  readonly urls: readonly string[];
  readonly invalid: readonly InvalidUrl[];
}

/** Lines handled together, in one turn of the event loop. */
const BATCH_LINES = 1_000;

async function* inBatches(
  lines: AsyncIterable<string> | Iterable<string>,
  maxUrls: number,
): AsyncIterable<readonly string[]> {
  let batch: string[] = [];
  let count = 0;
  function add(line: string): boolean {
    count += 1;
    if (count > maxUrls) {
      throw new InvalidRequest([
        {
          field: 'url_list',
          got: `more than ${maxUrls} URLs`,
          allowed: `at most ${maxUrls}`,
          hint: 'split the list over several requests',
        },
      ]);
    }
    return batch.push(line) >= BATCH_LINES;
  }
  function take(): readonly string[] {
    const full = batch;
    batch = [];
    return full;
  }
  if (Symbol.iterator in lines) {
    for (const line of lines) if (add(line)) yield take();
  } else {
    for await (const line of lines) if (add(line)) yield take();
  }
  if (batch.length > 0) yield take();
}

async function judgeHosts(parsed: readonly ParsedUrl[], hosts: HostRule): Promise<void> {
  const unknown = new Set<string>();
  for (const line of parsed) {
    if (line.kind === 'url' && hosts.known(line.host) === undefined) unknown.add(line.host);
  }
  if (unknown.size > 0) await Promise.all([...unknown].map((host) => hosts.judge(host)));
}

/** Normalises and checks some lines; what is wrong with one is part of the result. */
export async function normaliseBatch(lines: readonly string[], hosts: HostRule): Promise<UrlBatch> {
  const parsed = lines.map(parseUrl);
  await judgeHosts(parsed, hosts);
  const urls: string[] = [];
  const invalid: InvalidUrl[] = [];
  for (const line of parsed) {
    const verdict =
      line.kind === 'invalid' ? undefined : (hosts.known(line.host) ?? (await hosts.judge(line.host)));
    if (line.kind === 'invalid') invalid.push({ url: line.url, reason: line.reason });
    else if (verdict?.kind === 'refused') invalid.push({ url: line.url, reason: verdict.reason });
    else urls.push(line.url);
  }
  return { urls, invalid };
}

/**
 * Normalises and checks a list of URLs of any length in constant memory. What is wrong with a line is
 * part of the result.
 * @throws InvalidRequest when there are more than `maxUrls` lines
 */
export async function* normaliseUrls(
  lines: AsyncIterable<string> | Iterable<string>,
  { hosts, maxUrls }: UrlRules,
): AsyncIterable<UrlBatch> {
  for await (const batch of inBatches(lines, maxUrls)) yield await normaliseBatch(batch, hosts);
}

/**
 * Yields the URLs of a list of which every line must be right, one by one. The whole list is read before it throws, so that the
 * error names all bad lines (of very many, the first ones).
 * @throws InvalidUrls after the last line, when any was bad
 * @throws InvalidRequest when there are more than `maxUrls` lines
 */
export async function* checkedUrls(
  lines: AsyncIterable<string> | Iterable<string>,
  rules: UrlRules,
): AsyncIterable<string> {
  const bad = new Map<string, InvalidUrl>();
  const fits = answerRoom();
  let badCount = 0;
  let unlistedCount = 0;
  const { isSelected } = rules;
  for await (const { urls, invalid } of normaliseUrls(lines, rules)) {
    badCount += invalid.length;
    for (const line of invalid) {
      if (bad.has(line.url)) continue;
      if (bad.size < MAX_REPORTED_URLS && fits(line.url)) bad.set(line.url, line);
      else unlistedCount += 1;
    }
    if (badCount === 0) yield* isSelected === undefined ? urls : urls.filter(isSelected);
  }
  if (badCount > 0) throw new InvalidUrls([...bad.values()], badCount, unlistedCount);
}
