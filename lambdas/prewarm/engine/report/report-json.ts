import type { FetchFailure } from '../model/slice';
import { timestamp } from '../model/timestamp';
import { visibleJson } from '../model/visible-text';
import { askedOf } from './asked';
import { describeOutcome } from './describe-outcome';
import type { FailureGroup } from './failure-groups';
import type { Figures, PopReport, RequestReport } from './request-report';

/** Name and version of the document. A field that changes its meaning or goes makes a new version; further fields do not. */
export const REPORT_SCHEMA = 'warmpath/report/2';

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10_000) / 10_000;
}

/** Figures under the names of the API; `null` where there is nothing to tell. */
export function figuresJson(figures: Figures) {
  return {
    fetches: figures.fetches,
    warm: figures.warm,
    failed: figures.failed,
    bytes: figures.bytes,
    hit_ratio: rounded(figures.hitRatio),
    warm_ratio: rounded(figures.warmRatio),
    latency_ms: {
      p50: rounded(figures.p50Ms),
      p95: rounded(figures.p95Ms),
      p99: rounded(figures.p99Ms),
    },
    outcomes: figures.outcomes,
  };
}

function popJson({ pop, status, message, place, figures }: PopReport) {
  return {
    code: pop,
    status,
    message: message ?? null,
    city: place?.city ?? null,
    country: place?.country ?? null,
    country_name: place?.countryName ?? null,
    ...figuresJson(figures),
  };
}

/** Everything but the failures, as plain data under the names of the API. */
export function overviewJson({ record, figures, pops }: RequestReport) {
  return {
    request_id: record.id,
    status: record.status,
    stop_reason: record.stopReason ?? null,
    message: record.message ?? null,
    cf_domain: record.spec.cfDomain,
    verify: record.spec.verify,
    created_at: timestamp(record.createdAt),
    timeout_at: timestamp(record.timeoutAt),
    last_update_time: timestamp(record.updatedAt),
    url_count: record.totals?.urlCount ?? record.acceptedUrlCount,
    failed_url_count: record.failedUrlCount,
    pop_count: record.totals?.popCount ?? 0,
    fetch_count: record.totals?.fetchCount ?? 0,
    ...figuresJson(figures),
    pops: pops.map(popJson),
  };
}

/** One failure as plain data under the names of the API. */
export function failureJson({ pop, url, encoding, outcome, attempts }: FetchFailure) {
  return {
    pop,
    url,
    encoding,
    outcome: outcome.kind,
    http_status: 'status' in outcome ? outcome.status : null,
    message: describeOutcome(outcome),
    attempts,
  };
}

/** One cause of failures, with its URLs, as plain data under the names of the API. */
export function groupJson(group: FailureGroup) {
  return {
    outcome: group.outcome,
    cause: group.cause,
    http_status: group.httpStatus ?? null,
    fetches: group.fetches,
    advice: group.advice,
    urls: group.urls.map(({ url, fetches, pops, popCount }) => ({ url, fetches, pops, pop_count: popCount })),
    fetches_of_other_urls: group.fetchesOfOtherUrls,
  };
}

/** The sums over all that was asked for, as the terminal shows them: `fetches` and its kin speak only of what was made. */
function askedJson(report: RequestReport) {
  const { requested, warm, failed, notDone, failedPops, leftOut } = askedOf(report);
  return {
    asked: { requested, warm, failed, not_done: notDone },
    failed_pops: failedPops.map(({ pop }) => pop),
    left_out_pops: leftOut.map(({ pop }) => pop),
  };
}

/** The whole report as one JSON document; `failures` is its last key, so that it can be written as it is read. */
export async function* reportJson(
  report: RequestReport,
  groups: readonly FailureGroup[],
  failures: AsyncIterable<FetchFailure> | Iterable<FetchFailure>,
): AsyncIterable<string> {
  const head = {
    schema: REPORT_SCHEMA,
    ...overviewJson(report),
    ...askedJson(report),
    failure_groups: groups.map(groupJson),
  };
  yield `${visibleJson(head).slice(0, -1)},"failures":[`;
  let separator = '\n';
  for await (const failure of failures) {
    yield `${separator}${visibleJson(failureJson(failure))}`;
    separator = ',\n';
  }
  yield ']}\n';
}
