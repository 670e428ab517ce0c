import { nothingLeft } from '../model/exhaustive';
import type { FetchFailure } from '../model/slice';
import { timestamp } from '../model/timestamp';
import { visibleJson } from '../model/visible-text';
import { askedOf } from './asked';
import { describeOutcome } from './describe-outcome';
import type { FailedUrl, FailureGroup } from './failure-groups';
import type { Figures, PopReport, RequestReport } from './request-report';

/** Name and version of the document. A field that changes its meaning or goes makes a new version; further fields do not. */
export const REPORT_SCHEMA = 'warmpath/report/2';

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10_000) / 10_000;
}

// Each mapping takes every key of what it shows: a key that a type gains does not compile until it is shown or left out by name.

/** Figures under the names of the API; `null` where there is nothing to tell. */
export function figuresJson(figures: Figures) {
  const { fetches, warm, failed, bytes, outcomes, hitRatio, warmRatio, p50Ms, p95Ms, p99Ms, ...rest } =
    figures;
  nothingLeft(rest);
  return {
    fetches,
    warm,
    failed,
    bytes,
    hit_ratio: rounded(hitRatio),
    warm_ratio: rounded(warmRatio),
    latency_ms: { p50: rounded(p50Ms), p95: rounded(p95Ms), p99: rounded(p99Ms) },
    outcomes,
  };
}

function popJson({ pop, status, message, place, figures, hasNoAddress: _shownByLists, ...rest }: PopReport) {
  nothingLeft(rest);
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

/** Everything but the failures, as plain data under the names of the API. Of the specification only the domain and `verify`. */
export function overviewJson({ record, figures, pops }: RequestReport) {
  const { id, status, stopReason, message, spec, createdAt, timeoutAt, updatedAt, totals, ...further } =
    record;
  const { acceptedUrlCount, failedUrlCount, progress: _shownAsFigures, ...internal } = further;
  const { urlBytes: _size, countedSlices: _count, cursor: _cursor, reported: _reported, ...rest } = internal;
  nothingLeft(rest);
  return {
    request_id: id,
    status,
    stop_reason: stopReason ?? null,
    message: message ?? null,
    cf_domain: spec.cfDomain,
    verify: spec.verify,
    created_at: timestamp(createdAt),
    timeout_at: timestamp(timeoutAt),
    last_update_time: timestamp(updatedAt),
    url_count: totals?.urlCount ?? acceptedUrlCount,
    failed_url_count: failedUrlCount,
    pop_count: totals?.popCount ?? 0,
    fetch_count: totals?.fetchCount ?? 0,
    ...figuresJson(figures),
    pops: pops.map(popJson),
  };
}

/** One failure as plain data under the names of the API. */
export function failureJson({ pop, url, encoding, outcome, attempts, ...rest }: FetchFailure) {
  nothingLeft(rest);
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

function failedUrlJson({ url, fetches, pops, popCount, ...rest }: FailedUrl) {
  nothingLeft(rest);
  return { url, fetches, pops, pop_count: popCount };
}

/** One cause of failures, with its URLs, as plain data under the names of the API. */
export function groupJson(group: FailureGroup) {
  const { outcome, cause, httpStatus, fetches, advice, urls, fetchesOfOtherUrls, ...rest } = group;
  nothingLeft(rest);
  return {
    outcome,
    cause,
    http_status: httpStatus ?? null,
    fetches,
    advice,
    urls: urls.map(failedUrlJson),
    fetches_of_other_urls: fetchesOfOtherUrls,
  };
}

/**
 * Returns the sums over all that was asked for, as the terminal shows them: `fetches` and its kin speak only of what was made.
 */
function askedJson(report: RequestReport) {
  const {
    requested,
    warm,
    failed,
    notDone,
    failedPops,
    leftOut,
    withoutAddress: _partOfFailed,
    ...rest
  } = askedOf(report);
  nothingLeft(rest);
  return {
    asked: { requested, warm, failed, not_done: notDone },
    failed_pops: failedPops.map(({ pop }) => pop),
    left_out_pops: leftOut.map(({ pop }) => pop),
  };
}

/** Yields the whole report as one JSON document; `failures` is its last key, so that it can be written as it is read. */
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
