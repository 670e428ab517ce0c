import { embeddedMetrics, type MetricValue } from '../../metrics/embedded-metrics';
import type { PopCode, RequestId } from '../engine/model/ids';
import { percentileMs } from '../engine/model/latency-histogram';
import { OUTCOME_KINDS } from '../engine/model/outcome';
import type { SliceResult } from '../engine/model/slice';
import {
  emptyTally,
  failedCount,
  type MutableTally,
  mergeTally,
  type Tally,
  warmCount,
} from '../engine/model/tally';
import type { RequestEnded } from '../engine/ports/notifier';

export interface MetricsScope {
  readonly namespace: string;
  readonly deployment: string;
}

type Output = { write(line: string): unknown };

/** Returns the metric name of an outcome: `already-warm` -> `AlreadyWarm`. */
function metricName(kind: string): string {
  return kind.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

function countOf(value: number): MetricValue {
  return { unit: 'Count', value };
}

function figures(tally: Tally): Record<string, MetricValue> {
  const values: Record<string, MetricValue> = {
    Fetches: countOf(tally.fetches),
    Bytes: { unit: 'Bytes', value: tally.bytes },
    Warm: countOf(warmCount(tally)),
    Failed: countOf(failedCount(tally)),
  };
  for (const kind of OUTCOME_KINDS)
    if (tally.outcomes[kind] > 0) values[metricName(kind)] = countOf(tally.outcomes[kind]);
  for (const [name, share] of [
    ['LatencyP50', 0.5],
    ['LatencyP95', 0.95],
  ] as const) {
    const value = percentileMs(tally.latency, share);
    if (value !== undefined) values[name] = { unit: 'Milliseconds', value };
  }
  return values;
}

function emitMetrics(
  output: Output,
  { namespace, deployment }: MetricsScope,
  dimensions: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, MetricValue>>,
  properties: Readonly<Record<string, string>>,
): void {
  const line = {
    namespace,
    timestamp: Date.now(),
    dimensions: { Deployment: deployment, ...dimensions },
    metrics,
    properties,
  };
  output.write(`${embeddedMetrics(line)}\n`);
}

/**
 * Writes the metrics of results that were just counted, per PoP and in total. The request's id is a property and no
 * dimension: it can be searched
 * for, but does not make a metric of its own, which would cost more than the request.
 */
export function emitCounted(output: Output, scope: MetricsScope, results: readonly SliceResult[]): void {
  const byPop = new Map<PopCode, MutableTally>();
  const total = emptyTally();
  let id: RequestId | undefined;
  for (const { requestId, pop, tally } of results) {
    id = requestId;
    const ofPop = byPop.get(pop) ?? emptyTally();
    mergeTally(ofPop, tally);
    mergeTally(total, tally);
    byPop.set(pop, ofPop);
  }
  if (id === undefined) return;
  const properties = { requestId: id };
  emitMetrics(output, scope, {}, { Slices: countOf(results.length), ...figures(total) }, properties);
  for (const [pop, tally] of byPop) emitMetrics(output, scope, { Pop: pop }, figures(tally), properties);
}

/** Writes the metrics of a request that has ended, whatever ended it. */
export function emitEnded(
  output: Output,
  scope: MetricsScope,
  { id, status }: Pick<RequestEnded, 'id' | 'status'>,
): void {
  emitMetrics(output, scope, { Status: status }, { RequestsEnded: countOf(1) }, { requestId: id });
}

/** Writes the metric of a request that its deadline has stopped. */
export function emitDeadlineReached(output: Output, scope: MetricsScope, id: RequestId): void {
  emitMetrics(output, scope, {}, { DeadlinesReached: countOf(1) }, { requestId: id });
}
