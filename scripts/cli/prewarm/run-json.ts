import type { FailureGroup } from '../../../lambdas/prewarm/engine/report/failure-groups';
import { failureJson, groupJson } from '../../../lambdas/prewarm/engine/report/report-json';
import type { Failures } from './run-report';
import type { PopSummary, RunSummary } from './summary';

/** Name and version of the document. A field that changes its meaning or goes makes a new version; further fields do not. */
export const RUN_SCHEMA = 'warmpath/run/2';

function popJson(code: string, pop: PopSummary) {
  return {
    code,
    city: pop.place?.city ?? null,
    country: pop.place?.country ?? null,
    country_name: pop.place?.countryName ?? null,
    requested: pop.requested,
    warmed: pop.warmed,
    already_warm: pop.alreadyWarm,
    failed: pop.failed,
    fetches: pop.fetches,
    bytes: pop.bytes,
    hit_ratio: pop.hitRatio,
    latency_ms: { p50: pop.p50Ms ?? null, p95: pop.p95Ms ?? null },
    message: pop.error ?? null,
  };
}

/** A PoP that failed as a whole, in the shape of the other failures. */
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

/**
 * The report a program reads: one line, one JSON object, with the names of the API. `failures` is its last key and is written as it
 * is read.
 */
export async function* renderJson(
  summary: RunSummary,
  groups: readonly FailureGroup[],
  failures: Failures,
): AsyncGenerator<string> {
  const pops = Object.entries(summary.pops);
  const head = {
    schema: RUN_SCHEMA,
    verify: summary.verify,
    requested: summary.requested,
    warmed: summary.warmed,
    already_warm: summary.alreadyWarm,
    failed: summary.failed,
    not_done: summary.notDone,
    fetches: summary.fetches,
    bytes: summary.bytes,
    seconds: summary.seconds,
    fetches_per_second: summary.fetchesPerSecond,
    pops: Object.fromEntries(pops.map(([code, pop]) => [code, popJson(code, pop)])),
    left_out_pops: summary.leftOut.map(({ code, message }) => ({ code, message })),
    stopped: summary.stopped ?? null,
    failure_groups: groups.map(groupJson),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"failures":[`;
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
