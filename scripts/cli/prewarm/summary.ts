import { popCode } from '../../../lambdas/prewarm/engine/model/ids';
import { percentileMs } from '../../../lambdas/prewarm/engine/model/latency-histogram';
import type { OutcomeKind } from '../../../lambdas/prewarm/engine/model/outcome';
import type { PopRecord, RequestRecord } from '../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure } from '../../../lambdas/prewarm/engine/model/slice';
import { emptyTally, failedCount, type Tally } from '../../../lambdas/prewarm/engine/model/tally';
import { fetchesPerPop } from '../../../lambdas/prewarm/engine/report/asked';
import { describeOutcome } from '../../../lambdas/prewarm/engine/report/describe-outcome';

/** What a run came to through one PoP. */
export interface PopSummary {
  readonly requested: number;
  readonly warmed: number;
  readonly alreadyWarm: number;
  readonly failed: number;
  readonly bytes: number;
  /** Share of the fetches made that were Hits, 0 to 1. */
  readonly hitRatio: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  /** Why nothing went through this PoP. */
  readonly error?: string;
}

/** What a whole run came to. `requested` = warmed + alreadyWarm + failed + notDone. */
export interface RunSummary {
  readonly requested: number;
  readonly warmed: number;
  readonly alreadyWarm: number;
  readonly failed: number;
  /** Fetches that were never made, because the run was stopped or interrupted. */
  readonly notDone: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly pops: Readonly<Record<string, PopSummary>>;
  /** One sentence where the run did not come to its end. */
  readonly stopped?: string;
}

function popSummary(tally: Tally, requested: number, error: string | undefined): PopSummary {
  const [p50Ms, p95Ms] = [percentileMs(tally.latency, 0.5), percentileMs(tally.latency, 0.95)];
  return {
    requested,
    warmed: tally.outcomes.warmed,
    alreadyWarm: tally.outcomes['already-warm'],
    failed: error === undefined ? failedCount(tally) : requested,
    bytes: tally.bytes,
    hitRatio: Math.round((tally.outcomes['already-warm'] / Math.max(1, tally.fetches)) * 10_000) / 10_000,
    ...(p50Ms === undefined ? {} : { p50Ms: Math.round(p50Ms * 10) / 10 }),
    ...(p95Ms === undefined ? {} : { p95Ms: Math.round(p95Ms * 10) / 10 }),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * Adds up a request and its PoPs. A PoP that could not be resolved counts with all its fetches as failed: they were
 * asked for and the objects are not there.
 */
export function summarise(
  request: RequestRecord,
  pops: readonly PopRecord[],
  seconds: number,
  stopped?: string,
): RunSummary {
  const perPop = fetchesPerPop(request);
  const byCode = new Map(pops.map((record) => [record.pop, record]));
  const summaries = request.spec.pops.map((pop) => {
    const record = byCode.get(pop);
    const error = record?.status === 'FAILED' ? (record.message ?? 'the name does not resolve') : undefined;
    return [pop, popSummary(record?.progress ?? emptyTally(), perPop, error)] as const;
  });
  function sum(pick: (pop: PopSummary) => number): number {
    return summaries.reduce((total, [, pop]) => total + pick(pop), 0);
  }
  const [requested, warmed] = [sum((pop) => pop.requested), sum((pop) => pop.warmed)];
  const [alreadyWarm, failed] = [sum((pop) => pop.alreadyWarm), sum((pop) => pop.failed)];
  return {
    requested,
    warmed,
    alreadyWarm,
    failed,
    notDone: requested - warmed - alreadyWarm - failed,
    bytes: sum((pop) => pop.bytes),
    seconds: Math.round(seconds * 1000) / 1000,
    pops: Object.fromEntries(summaries),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/** One entry of `failures` in the JSON report: flat, so that a shell can read it. */
export interface FailureEntry {
  readonly pop: string;
  /** Null where the whole PoP failed. */
  readonly url: string | null;
  readonly encoding: string | null;
  readonly outcome: OutcomeKind | 'unknown-pop';
  /** HTTP status, where an answer came back. */
  readonly status?: number;
  readonly detail: string;
  readonly attempts: number;
}

export function failureEntry(failure: FetchFailure): FailureEntry {
  return {
    pop: failure.pop,
    url: failure.url,
    encoding: failure.encoding,
    outcome: failure.outcome.kind,
    ...('status' in failure.outcome ? { status: failure.outcome.status } : {}),
    detail: describeOutcome(failure.outcome),
    attempts: failure.attempts,
  };
}

/** The PoPs that failed as a whole, in the shape of the other failures. */
export function popFailureEntries(summary: RunSummary): FailureEntry[] {
  return Object.entries(summary.pops).flatMap(([code, pop]) =>
    pop.error === undefined
      ? []
      : [
          {
            pop: popCode(code),
            url: null,
            encoding: null,
            outcome: 'unknown-pop' as const,
            detail: pop.error,
            attempts: 0,
          },
        ],
  );
}
