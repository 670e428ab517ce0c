import { percentileMs } from '../../../lambdas/prewarm/engine/model/latency-histogram';
import type { PopRecord, RequestRecord, VerifyMode } from '../../../lambdas/prewarm/engine/model/request';
import { emptyTally, failedCount, type Tally } from '../../../lambdas/prewarm/engine/model/tally';
import type { PopEntry } from '../../../lambdas/prewarm/engine/ports/pop-directory';
import { fetchesPerPop, isLeftOut } from '../../../lambdas/prewarm/engine/report/asked';

/** What a run came to through one PoP. */
export interface PopSummary {
  readonly requested: number;
  readonly warmed: number;
  readonly alreadyWarm: number;
  readonly failed: number;
  /** Fetches made. */
  readonly fetches: number;
  readonly bytes: number;
  /** Share of the fetches made that were Hits, 0 to 1. */
  readonly hitRatio: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  /** Why nothing went through this PoP. */
  readonly error?: string;
  /** Where it stands, if its airport is known. */
  readonly place?: PopEntry;
}

/** A PoP of a place that does not serve the distribution: nobody named it, and nothing was asked of it. */
export interface LeftOutPop {
  readonly code: string;
  readonly message: string;
}

/** What a whole run came to. `requested` = warmed + alreadyWarm + failed + notDone. */
export interface RunSummary {
  readonly verify: VerifyMode;
  readonly requested: number;
  readonly warmed: number;
  readonly alreadyWarm: number;
  readonly failed: number;
  /** Fetches that were never made, because the run was stopped or interrupted. */
  readonly notDone: number;
  /** Fetches made, those of earlier runs that this one went on with included. */
  readonly fetches: number;
  /** Fetches that this run made in a second. */
  readonly fetchesPerSecond: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly pops: Readonly<Record<string, PopSummary>>;
  readonly leftOut: readonly LeftOutPop[];
  /** One sentence where the run did not come to its end. */
  readonly stopped?: string;
}

export interface SummaryOptions {
  /** Of this run, from its start to its end. */
  readonly seconds: number;
  /** One sentence where the run did not come to its end. */
  readonly stopped?: string | undefined;
  /** Fetches that earlier runs had made. @default 0 */
  readonly fetchesBefore?: number;
  /** The PoP directory's `find`. @default - no places */
  readonly findPlace?: (pop: PopRecord['pop']) => PopEntry | undefined;
}

const NO_ADDRESS = 'its name has no address';

function popSummary(
  tally: Tally,
  requested: number,
  error: string | undefined,
  place: PopEntry | undefined,
): PopSummary {
  const [p50Ms, p95Ms] = [percentileMs(tally.latency, 0.5), percentileMs(tally.latency, 0.95)];
  return {
    requested,
    warmed: tally.outcomes.warmed,
    alreadyWarm: tally.outcomes['already-warm'],
    failed: error === undefined ? failedCount(tally) : requested,
    fetches: tally.fetches,
    bytes: tally.bytes,
    hitRatio: Math.round((tally.outcomes['already-warm'] / Math.max(1, tally.fetches)) * 10_000) / 10_000,
    ...(p50Ms === undefined ? {} : { p50Ms: Math.round(p50Ms * 10) / 10 }),
    ...(p95Ms === undefined ? {} : { p95Ms: Math.round(p95Ms * 10) / 10 }),
    ...(error === undefined ? {} : { error }),
    ...(place === undefined ? {} : { place }),
  };
}

/**
 * Adds up a request and its PoPs. A PoP that was named and could not be resolved counts with all its fetches as failed: they were
 * asked for and the objects are not there. One that only stands in a place that was named is left out.
 */
export function summarise(
  request: RequestRecord,
  pops: readonly PopRecord[],
  { seconds, stopped, fetchesBefore = 0, findPlace = () => undefined }: SummaryOptions,
): RunSummary {
  const perPop = fetchesPerPop(request);
  const byCode = new Map(pops.map((record) => [record.pop, record]));
  const leftOut = pops
    .filter((pop) => isLeftOut(request, pop))
    .map(({ pop, message = NO_ADDRESS }) => ({ code: pop, message }));
  const isGone = new Set<string>(leftOut.map(({ code }) => code));
  const summaries = request.spec.pops
    .filter((pop) => !isGone.has(pop))
    .map((pop) => {
      const record = byCode.get(pop);
      const error = record?.status === 'FAILED' ? (record.message ?? NO_ADDRESS) : undefined;
      return [pop, popSummary(record?.progress ?? emptyTally(), perPop, error, findPlace(pop))] as const;
    });
  function sum(pick: (pop: PopSummary) => number): number {
    return summaries.reduce((total, [, pop]) => total + pick(pop), 0);
  }
  const [requested, warmed] = [sum((pop) => pop.requested), sum((pop) => pop.warmed)];
  const [alreadyWarm, failed] = [sum((pop) => pop.alreadyWarm), sum((pop) => pop.failed)];
  const fetches = sum((pop) => pop.fetches);
  return {
    verify: request.spec.verify,
    requested,
    warmed,
    alreadyWarm,
    failed,
    notDone: requested - warmed - alreadyWarm - failed,
    fetches,
    fetchesPerSecond: Math.round(((fetches - fetchesBefore) / Math.max(seconds, 0.001)) * 10) / 10,
    bytes: sum((pop) => pop.bytes),
    seconds: Math.round(seconds * 1000) / 1000,
    pops: Object.fromEntries(summaries),
    leftOut,
    ...(stopped === undefined ? {} : { stopped }),
  };
}
