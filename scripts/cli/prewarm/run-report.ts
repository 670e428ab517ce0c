import type { FetchFailure } from '../../../lambdas/prewarm/engine/model/slice';
import { visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import { ADVICE } from '../../../lambdas/prewarm/engine/report/advice';
import { doneWord, proofOf } from '../../../lambdas/prewarm/engine/report/done';
import type { FailedUrl, FailureGroup } from '../../../lambdas/prewarm/engine/report/failure-groups';
import type { Paint } from '../terminal/paint';
import { type Cell, type Column, renderTable } from '../terminal/table';
import { formatBytes, formatCount, formatMs, formatSeconds, formatShare } from '../terminal/units';
import type { PopSummary, RunSummary } from './summary';

/** Returns the columns of a run; where the terminal is narrow, the latencies go first. */
function columnsOf({ verify }: RunSummary): readonly Column[] {
  return [
    { title: 'PoP' },
    { title: 'requested', align: 'right', dropOrder: 1 },
    { title: verify === 'none' ? 'fetched' : 'warmed', align: 'right' },
    { title: 'already warm', align: 'right', dropOrder: 3 },
    { title: 'failed', align: 'right' },
    { title: 'bytes', align: 'right', dropOrder: 4 },
    { title: 'p50', align: 'right', dropOrder: 5 },
    { title: 'p95', align: 'right', dropOrder: 6 },
    { title: 'hit ratio', align: 'right', dropOrder: 2 },
  ];
}

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

/** Advice that names fields of a request, in the words of the command line. */
export function adviceInOptions(advice: string): string {
  return advice
    .replace('(header)', '(--header)')
    .replace('cap the bandwidth (max_bandwidth_mbps)', 'lower --concurrency or --max-bandwidth')
    .replace('on port 443.', 'on port 443 (and --ca where the edges are your own).')
    .replace('cf_domain and aliases', '--cf-domain and --alias')
    .replace('choose another one', 'see `warmpath prewarm pops --check`, choose another one');
}

const URLS_PER_GROUP = 3;
const POPS_PER_URL = 3;

/** A URL that failed, of this machine's own engine or of a service. */
type ShownUrl = Omit<FailedUrl, 'pops'> & { readonly pops: readonly string[] };

/** Failures of one cause, as they are shown. */
type ShownGroup = Pick<FailureGroup, 'cause' | 'fetches' | 'advice'> & {
  readonly outcome: string;
  readonly urls: readonly ShownUrl[];
};

function through({ pops, popCount }: ShownUrl): string {
  const named = pops.slice(0, POPS_PER_URL);
  return `${named.join(', ')}${popCount > named.length ? ` and ${formatCount(popCount - named.length)} more PoPs` : ''}`;
}

/**
 * Returns failures of one cause: what to do, and the first URLs.
 * @param advise puts the advice into the words of the command
 */
export function renderGroup(
  group: ShownGroup,
  paint: Paint,
  advise: (advice: string) => string = adviceInOptions,
): string[] {
  const listed = group.urls.slice(0, URLS_PER_GROUP);
  const rest = group.fetches - listed.reduce((sum, { fetches }) => sum + fetches, 0);
  return [
    `${paint.red(visibleText(group.cause))} (${group.outcome}, ${formatCount(group.fetches)}): ${advise(group.advice)}`,
    ...listed.map(
      (url) =>
        `  ${visibleText(url.url)}  ${paint.dim(`${formatCount(url.fetches)} through ${through(url)}`)}`,
    ),
    ...(rest > 0 ? [paint.dim(`  and ${formatCount(rest)} of other URLs`)] : []),
  ];
}

/** Returns the PoPs that were named and do not serve the distribution. */
function renderFailedPops({ pops }: RunSummary, paint: Paint): string[] {
  const failed = Object.entries(pops).filter(([, { error }]) => error !== undefined);
  if (failed.length === 0) return [];
  const count = `${paint.red('no address')} (unknown-pop, ${formatCount(failed.length)} ${failed.length === 1 ? 'PoP' : 'PoPs'})`;
  return [
    `${count}: ${adviceInOptions(ADVICE['unknown-pop'])}`,
    ...failed.map(([code, { error = '' }]) => `  ${code}  ${paint.dim(visibleText(error))}`),
  ];
}

const LEFT_OUT_NAMED = 8;

function leftOutNotice({ leftOut }: RunSummary): string[] {
  if (leftOut.length === 0) return [];
  const named = leftOut.slice(0, LEFT_OUT_NAMED).map(({ code }) => code);
  const more = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : '';
  const verb = leftOut.length === 1 ? 'PoP has no address' : 'PoPs have no address';
  return [
    `Left out: ${formatCount(leftOut.length)} ${verb} for this distribution: ${named.join(', ')}${more}.`,
  ];
}

function headline(summary: RunSummary, paint: Paint): string {
  const done = summary.warmed + summary.alreadyWarm;
  const rest = [
    summary.failed > 0 ? `${formatCount(summary.failed)} failed` : '',
    summary.notDone > 0 ? `${formatCount(summary.notDone)} not done` : '',
  ].filter((part) => part !== '');
  const text = `${formatCount(done)} of ${formatCount(summary.requested)} ${doneWord(summary.verify)}${rest.map((part) => `, ${part}`).join('')}`;
  const colour = rest.length === 0 && done > 0 ? paint.green : paint.red;
  return `${colour(text)} in ${formatSeconds(summary.seconds)} (${formatCount(Math.round(summary.fetchesPerSecond))}/s)`;
}

/** Returns true where everything that was asked for is on the edges, as far as it was verified. */
export function isAllDone(summary: RunSummary): boolean {
  return summary.requested > 0 && summary.failed === 0 && summary.notDone === 0;
}

/** Returns the report a person reads: a table per PoP, failures by cause and URL with what to do, and one line that sums up. */
export function renderReport(
  summary: RunSummary,
  groups: readonly FailureGroup[],
  paint: Paint,
  width?: number,
): string {
  const rows = Object.entries(summary.pops).map(([code, pop]) => popRow(code, pop, paint));
  const table = renderTable(
    columnsOf(summary),
    rows.length > 1 ? [...rows, totalRow(summary, paint)] : rows,
    { header: paint.dim, width },
  );
  const failures = [
    ...renderFailedPops(summary, paint),
    ...groups.flatMap((group) => renderGroup(group, paint)),
  ];
  return [
    ...table,
    '',
    ...(failures.length > 0 ? [...failures, ''] : []),
    ...leftOutNotice(summary),
    ...(summary.stopped === undefined ? [] : [paint.yellow(visibleText(summary.stopped))]),
    headline(summary, paint),
    paint.dim(proofOf(summary.verify)),
    '',
  ].join('\n');
}

/** The failures of a run as they are read, so that a million of them do not sit in memory. */
export type Failures = AsyncIterable<FetchFailure> | Iterable<FetchFailure>;
