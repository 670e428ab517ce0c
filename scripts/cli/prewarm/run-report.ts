import type { OutcomeKind } from '../../../lambdas/prewarm/engine/model/outcome';
import { visibleJson, visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import type { Paint } from '../terminal/paint';
import { type Cell, renderTable } from '../terminal/table';
import { formatBytes, formatCount, formatMs, formatSeconds, formatShare } from '../terminal/units';
import type { FailureEntry, PopSummary, RunSummary } from './summary';

/** What to do about each kind of failure. */
const ADVICE: Readonly<Record<Exclude<OutcomeKind, 'warmed' | 'already-warm'> | 'unknown-pop', string>> = {
  redirect: 'The edge cached a redirect, not the object: list the URL it points to.',
  'http-error':
    'The origin or the edge refused: check the path, signed URLs or cookies, WAF rules, --header.',
  truncated: 'The connection ended early: look at the origin; run again to fetch these anew.',
  'wrong-pop':
    'CloudFront sent the request elsewhere: the PoP may be outside the price class or be draining.',
  'not-cacheable': 'The edge will not keep it: fix Cache-Control or the cache policy; warming cannot help.',
  'timed-out': 'Too slow: lower --concurrency, enable Origin Shield, or try again later.',
  unreachable:
    'No address of the PoP answered: check the way out of this network on port 443 (and --ca where the edges are your own).',
  refused: 'Not CloudFront for this distribution: check the URL host, --cf-domain and --alias.',
  'unknown-pop': 'The PoP has no address for this distribution: see `warmpath prewarm pops --check`.',
};

const COLUMNS = [
  { title: 'PoP' },
  { title: 'requested', align: 'right' },
  { title: 'warmed', align: 'right' },
  { title: 'already warm', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p95', align: 'right' },
  { title: 'hit ratio', align: 'right' },
] as const;

function latency(ms: number | undefined): string {
  return ms === undefined ? '-' : formatMs(ms);
}

function failedCell(failed: number, paint: Paint): Cell {
  return failed === 0 ? '0' : { text: formatCount(failed), paint: paint.red };
}

function popRow(code: string, pop: PopSummary, paint: Paint): Cell[] {
  return [
    code,
    formatCount(pop.requested),
    formatCount(pop.warmed),
    formatCount(pop.alreadyWarm),
    failedCell(pop.failed, paint),
    formatBytes(pop.bytes),
    latency(pop.p50Ms),
    latency(pop.p95Ms),
    pop.p50Ms === undefined ? '-' : formatShare(pop.hitRatio),
  ];
}

function totalRow(summary: RunSummary, paint: Paint): Cell[] {
  return [
    { text: 'all', paint: paint.bold },
    formatCount(summary.requested),
    formatCount(summary.warmed),
    formatCount(summary.alreadyWarm),
    failedCell(summary.failed, paint),
    formatBytes(summary.bytes),
  ];
}

interface FailureGroup {
  readonly outcome: FailureEntry['outcome'];
  count: number;
  readonly examples: FailureEntry[];
}

const EXAMPLES_PER_GROUP = 3;
/** Characters of a URL that are shown: all that it may have. */
const LONGEST_URL = 8_192;

/** Groups failures by outcome while they stream by; keeps a few examples of each, not the list. */
export async function groupFailures(
  failures: AsyncIterable<FailureEntry> | Iterable<FailureEntry>,
): Promise<readonly FailureGroup[]> {
  const groups = new Map<FailureEntry['outcome'], FailureGroup>();
  for await (const failure of failures) {
    const group = groups.get(failure.outcome) ?? { outcome: failure.outcome, count: 0, examples: [] };
    group.count += 1;
    if (group.examples.length < EXAMPLES_PER_GROUP) group.examples.push(failure);
    groups.set(failure.outcome, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function renderGroup(group: FailureGroup, paint: Paint): string[] {
  const advice = group.outcome in ADVICE ? ADVICE[group.outcome as keyof typeof ADVICE] : '';
  const more = group.count - group.examples.length;
  return [
    `${paint.red(group.outcome)} (${formatCount(group.count)}): ${advice}`,
    ...group.examples.map(
      ({ pop, url, encoding, detail }) =>
        `  ${pop}  ${url === null ? '' : `${visibleText(url, LONGEST_URL)}  `}${encoding === null ? '' : `${encoding}  `}${paint.dim(visibleText(detail))}`,
    ),
    ...(more > 0 ? [paint.dim(`  and ${formatCount(more)} more`)] : []),
  ];
}

function headline(summary: RunSummary, paint: Paint): string {
  const warm = summary.warmed + summary.alreadyWarm;
  const rest = [
    summary.failed > 0 ? `${formatCount(summary.failed)} failed` : '',
    summary.notDone > 0 ? `${formatCount(summary.notDone)} not done` : '',
  ].filter((part) => part !== '');
  const text = `${formatCount(warm)} of ${formatCount(summary.requested)} warm${rest.map((part) => `, ${part}`).join('')}`;
  const colour = rest.length === 0 ? paint.green : paint.red;
  const perSecond = (summary.requested - summary.notDone) / Math.max(summary.seconds, 0.001);
  return `${colour(text)} in ${formatSeconds(summary.seconds)} (${formatCount(Math.round(perSecond))}/s)`;
}

/** The report a person reads: a table per PoP, failures by kind with what to do, and one line that sums up. */
export async function renderReport(
  summary: RunSummary,
  failures: AsyncIterable<FailureEntry> | Iterable<FailureEntry>,
  paint: Paint,
): Promise<string> {
  const rows = Object.entries(summary.pops).map(([code, pop]) => popRow(code, pop, paint));
  const table = renderTable(COLUMNS, rows.length > 1 ? [...rows, totalRow(summary, paint)] : rows, paint.dim);
  const groups = (await groupFailures(failures)).flatMap((group) => renderGroup(group, paint));
  return [
    ...table,
    '',
    ...(groups.length > 0 ? [...groups, ''] : []),
    ...(summary.stopped === undefined ? [] : [paint.yellow(visibleText(summary.stopped))]),
    headline(summary, paint),
    '',
  ].join('\n');
}

/**
 * The report a program reads: one line, one JSON object. Failures are written as they are read, so a million of them
 * do not sit in memory.
 */
export async function* renderJson(
  summary: RunSummary,
  failures: AsyncIterable<FailureEntry> | Iterable<FailureEntry>,
): AsyncGenerator<string> {
  const { requested, warmed, alreadyWarm, failed, notDone, bytes, seconds, pops, stopped } = summary;
  const head = {
    requested,
    warmed,
    alreadyWarm,
    failed,
    ...(notDone === 0 ? {} : { notDone }),
    bytes,
    seconds,
    pops,
    ...(stopped === undefined ? {} : { stopped }),
  };
  yield `${visibleJson(head).slice(0, -1)},"failures":[`;
  let separator = '';
  for await (const failure of failures) {
    yield separator + visibleJson(failure);
    separator = ',';
  }
  yield ']}\n';
}
