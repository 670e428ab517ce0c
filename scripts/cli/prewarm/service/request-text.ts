import type {
  FailureGroupView,
  PopView,
  RequestLine,
  RequestView,
} from '../../../../lambdas/prewarm/client/views';
import { OUTCOME_KINDS } from '../../../../lambdas/prewarm/engine/model/outcome';
import { visibleLines, visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { outcomeName } from '../../../../lambdas/prewarm/engine/report/describe-outcome';
import { bytes, count, duration, percent } from '../../../../lambdas/prewarm/engine/report/format';
import type { Paint } from '../../terminal/paint';
import { type Cell, type Column, renderTable } from '../../terminal/table';
import { renderGroup } from '../run-report';

/** What the table of PoPs can be sorted by: texts upwards, numbers downwards. */
export const SORT_COLUMNS = ['code', 'place', 'fetches', 'warm', 'failed', 'hits', 'bytes', 'p95'] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** Which PoPs are shown. */
export interface TableChoice {
  readonly sort: SortColumn;
  /** Rows at most. @default - all */
  readonly top?: number | undefined;
}

function placeOf({ city, country }: PopView): string {
  return [city, country].filter((text) => text !== null).join(', ');
}

const VALUES: Readonly<Record<SortColumn, (pop: PopView) => number | string>> = {
  code: ({ code }) => code,
  place: placeOf,
  fetches: ({ fetches }) => fetches,
  warm: ({ warm_ratio: ratio }) => ratio ?? -1,
  failed: ({ failed, status }) => (status === 'FAILED' ? Number.POSITIVE_INFINITY : failed),
  hits: ({ hit_ratio: ratio }) => ratio ?? -1,
  bytes: (pop) => pop.bytes,
  p95: ({ latency_ms: { p95 } }) => p95 ?? -1,
};

/** Which go first where the terminal is narrow: those with the highest number. */
const COLUMNS: readonly Column[] = [
  { title: 'PoP' },
  { title: 'place', dropOrder: 4 },
  { title: 'fetches', align: 'right', dropOrder: 1 },
  { title: 'warm', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'hits before', align: 'right', dropOrder: 3 },
  { title: 'bytes', align: 'right', dropOrder: 5 },
  { title: 'p95', align: 'right', dropOrder: 6 },
];

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  const isLess = a < b;
  return isLess === (typeof a === 'string') ? -1 : 1;
}

function rowOf(pop: PopView, paint: Paint): readonly Cell[] {
  const failed = pop.status === 'FAILED' ? 'no address' : count(pop.failed);
  return [
    pop.code,
    placeOf(pop),
    count(pop.fetches),
    percent(pop.warm_ratio ?? undefined),
    failed === '0' ? failed : { text: failed, paint: paint.red },
    percent(pop.hit_ratio ?? undefined),
    bytes(pop.bytes),
    duration(pop.latency_ms.p95 ?? undefined),
  ];
}

/** Returns the table of the PoPs of a request, and how many more there are. */
export function popTable(
  pops: readonly PopView[],
  { sort, top = pops.length }: TableChoice,
  paint: Paint,
  width?: number,
): readonly string[] {
  if (pops.length === 0) return [];
  const value = VALUES[sort];
  const sorted = [...pops].sort((a, b) => compare(value(a), value(b)) || (a.code < b.code ? -1 : 1));
  const rows = sorted.slice(0, top).map((pop) => rowOf(pop, paint));
  const more = sorted.length - rows.length;
  return [
    ...renderTable(COLUMNS, rows, { header: paint.dim, width }),
    ...(more > 0 ? [paint.dim(`and ${count(more)} more ${more === 1 ? 'PoP' : 'PoPs'}`)] : []),
  ];
}

/** Returns what came of a request so far, in one line. */
export function requestSentence({ request_id: id, status, fetches, warm, failed }: RequestLine): string {
  return visibleLines(`${id}: ${status}, ${warm} of ${fetches} fetches warm, ${failed} failed`);
}

/** Returns the outcomes that occurred, each with its number. */
export function outcomeLine({ outcomes, verify }: RequestView): string {
  return OUTCOME_KINDS.flatMap((kind) => {
    const found = outcomes[kind] ?? 0;
    return found === 0 ? [] : [`${outcomeName(kind, verify)} ${count(found)}`];
  }).join(', ');
}

/** Returns what fails, by cause, each with what to do about it. */
export function failureLines(
  groups: readonly FailureGroupView[],
  isWhole: boolean,
  paint: Paint,
): readonly string[] {
  return [
    ...groups.flatMap(({ urls, ...group }) =>
      renderGroup(
        { ...group, urls: urls.map(({ pop_count: popCount, ...url }) => ({ ...url, popCount })) },
        paint,
        (advice) => advice,
      ),
    ),
    ...(isWhole || groups.length === 0 ? [] : [paint.dim('There are more failures; the report has all.')]),
  ];
}

/** A request at one moment, with what is known of its failures. */
export interface ShownRequest {
  readonly request: RequestView;
  readonly failures: readonly FailureGroupView[];
  readonly areFailuresWhole: boolean;
}

/** Returns a request as a person reads it: figures, a table per PoP, failures by cause with advice. */
export function requestText(
  { request, failures, areFailuresWhole }: ShownRequest,
  choice: TableChoice,
  paint: Paint,
  width?: number,
): string {
  const { cf_domain: domain, fetch_count: all, fetches, hit_ratio: hits, message } = request;
  const facts = [
    visibleText(domain),
    all > 0 ? `${count(fetches)} of ${count(all)} fetches` : `${count(fetches)} fetches`,
    bytes(request.bytes),
    `hits before ${percent(hits ?? undefined)}`,
  ];
  const outcomes = outcomeLine(request);
  const table = popTable(request.pops, choice, paint, width);
  const failed = failureLines(failures, areFailuresWhole, paint);
  return [
    requestSentence(request),
    facts.join(', '),
    ...(outcomes === '' ? [] : [outcomes]),
    ...(message === null ? [] : [paint.yellow(visibleText(message))]),
    ...(table.length === 0 ? [] : ['', ...table]),
    ...(failed.length === 0 ? [] : ['', ...failed]),
    '',
  ].join('\n');
}

const LIST_COLUMNS: readonly Column[] = [
  { title: 'request' },
  { title: 'created (UTC)', dropOrder: 5 },
  { title: 'status' },
  { title: 'fetches', align: 'right', dropOrder: 2 },
  { title: 'warm', align: 'right', dropOrder: 1 },
  { title: 'failed', align: 'right', dropOrder: 3 },
  { title: 'distribution', dropOrder: 4 },
];

/** Returns requests as a table. */
export function listText(requests: readonly RequestLine[], paint: Paint, width?: number): string {
  if (requests.length === 0) return 'no requests\n';
  const rows = requests.map((request): readonly Cell[] => [
    request.request_id,
    request.created_at.slice(0, 19),
    request.status,
    count(request.fetches),
    percent(request.warm_ratio ?? undefined),
    request.failed === 0 ? '0' : { text: count(request.failed), paint: paint.red },
    visibleText(request.cf_domain),
  ]);
  return `${renderTable(LIST_COLUMNS, rows, { header: paint.dim, width }).join('\n')}\n`;
}
