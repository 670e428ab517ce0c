import { nothingLeft } from '../../../lambdas/prewarm/engine/model/exhaustive';
import type { FailureGroup } from '../../../lambdas/prewarm/engine/report/failure-groups';
import { failureJson, groupJson } from '../../../lambdas/prewarm/engine/report/report-json';
import type { Failures } from './run-report';
import type { PopSummary, RunSummary } from './summary';

/** Name and version of the document. A field that changes its meaning or goes makes a new version; further fields do not. */
export const RUN_SCHEMA = 'warmpath/run/2';

function popJson(code: string, summary: PopSummary) {
  const {
    requested,
    warmed,
    alreadyWarm,
    failed,
    fetches,
    bytes,
    hitRatio,
    p50Ms,
    p95Ms,
    error,
    place,
    ...rest
  } = summary;
  nothingLeft(rest);
  return {
    code,
    city: place?.city ?? null,
    country: place?.country ?? null,
    country_name: place?.countryName ?? null,
    requested,
    warmed,
    already_warm: alreadyWarm,
    failed,
    fetches,
    bytes,
    hit_ratio: hitRatio,
    latency_ms: { p50: p50Ms ?? null, p95: p95Ms ?? null },
    message: error ?? null,
  };
}

/** Returns a PoP that failed as a whole, in the shape of the other failures. */
function popFailureJson(code: string, message: string) {
  return {
    pop: code,
    url: null,
    encoding: null,
    outcome: 'unknown-pop' as const,
    http_status: null,
    message,
    attempts: 0,
  };
}

function headJson(summary: RunSummary, groups: readonly FailureGroup[]) {
  const { verify, requested, warmed, alreadyWarm, failed, notDone, fetches, fetchesPerSecond, ...more } =
    summary;
  const { bytes, seconds, pops, leftOut, stopped, ...rest } = more;
  nothingLeft(rest);
  return {
    schema: RUN_SCHEMA,
    verify,
    requested,
    warmed,
    already_warm: alreadyWarm,
    failed,
    not_done: notDone,
    fetches,
    bytes,
    seconds,
    fetches_per_second: fetchesPerSecond,
    pops: Object.fromEntries(Object.entries(pops).map(([code, pop]) => [code, popJson(code, pop)])),
    left_out_pops: leftOut.map(({ code, message }) => ({ code, message })),
    stopped: stopped ?? null,
    failure_groups: groups.map(groupJson),
  };
}

/**
 * Yields the report a program reads: one line, one JSON object, with the names of the API. `failures` is its last key and is
 * written as it is read.
 */
export async function* renderJson(
  summary: RunSummary,
  groups: readonly FailureGroup[],
  failures: Failures,
): AsyncGenerator<string> {
  const pops = Object.entries(summary.pops);
  yield `${JSON.stringify(headJson(summary, groups)).slice(0, -1)},"failures":[`;
  let separator = '';
  for (const [code, { error }] of pops) {
    if (error === undefined) continue;
    yield separator + JSON.stringify(popFailureJson(code, error));
    separator = ',';
  }
  for await (const failure of failures) {
    yield separator + JSON.stringify(failureJson(failure));
    separator = ',';
  }
  yield ']}\n';
}
