import type { InstanceOrigin } from '../../../lambdas/task-start-metrics/instance-origin';
import { spansOf, type TaskSpans } from '../../../lambdas/task-start-metrics/task-start';

/** How long a task took to run, by the same reckoning as the metrics. */
export interface TaskStart extends TaskSpans {
  readonly task: string;
  readonly family: string;
  readonly createdAt: Date;
  /** Absent for instances that do not say, and for those that ECS has forgotten. */
  readonly instanceOrigin?: InstanceOrigin;
}

/** What is read of a task that ECS describes. */
export interface DescribedTask {
  readonly taskArn?: string | undefined;
  readonly taskDefinitionArn?: string | undefined;
  readonly containerInstanceArn?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly startedAt?: Date | undefined;
  readonly pullStartedAt?: Date | undefined;
  readonly pullStoppedAt?: Date | undefined;
}

function lastPart(arn: string | undefined): string {
  return arn?.split('/').at(-1) ?? '';
}

/** `undefined` for a task that has not run (yet). */
export function taskStartOf(task: DescribedTask, origin?: InstanceOrigin): TaskStart | undefined {
  if (!task.createdAt) return undefined;
  const spans = spansOf({
    createdAt: task.createdAt.getTime(),
    startedAt: task.startedAt?.getTime(),
    pullStartedAt: task.pullStartedAt?.getTime(),
    pullStoppedAt: task.pullStoppedAt?.getTime(),
  });
  return (
    spans && {
      task: lastPart(task.taskArn),
      family: lastPart(task.taskDefinitionArn).split(':')[0] ?? '',
      createdAt: task.createdAt,
      ...spans,
      ...(origin && { instanceOrigin: origin }),
    }
  );
}

/** Starts of one task family, or of all. */
export interface StartSummary {
  readonly family: string;
  readonly tasks: number;
  readonly cacheHits: number;
  /** Of the tasks whose instance's origin is known. */
  readonly poolHits: number;
  readonly originsKnown: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
  /** Share of all the time that was spent before the pull, or before running where nothing was pulled; 0 to 1. */
  readonly placementShare: number;
  /** Median of those that pulled. */
  readonly pullP50Seconds?: number;
}

/** Returns the smallest of the sorted values that at least `share` (0 to 1) of them do not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function summarise(family: string, starts: readonly TaskStart[]): StartSummary {
  const totals = starts.map(({ totalSeconds }) => totalSeconds).sort((a, b) => a - b);
  const pulls = starts.flatMap(({ pull }) => pull?.pullSeconds ?? []).sort((a, b) => a - b);
  const origins = starts.flatMap(({ instanceOrigin }) => instanceOrigin ?? []);
  return {
    family,
    tasks: starts.length,
    cacheHits: starts.length - pulls.length,
    poolHits: origins.filter((origin) => origin === 'warm-pool').length,
    originsKnown: origins.length,
    p50Seconds: percentile(totals, 0.5),
    p95Seconds: percentile(totals, 0.95),
    p99Seconds: percentile(totals, 0.99),
    maxSeconds: percentile(totals, 1),
    placementShare: placementShare(starts),
    ...(pulls.length > 0 && { pullP50Seconds: percentile(pulls, 0.5) }),
  };
}

function placementShare(starts: readonly TaskStart[]): number {
  const total = starts.reduce((sum, { totalSeconds }) => sum + totalSeconds, 0);
  const placement = starts.reduce((sum, { placementSeconds }) => sum + placementSeconds, 0);
  return total === 0 ? 0 : placement / total;
}

/** One summary per family in alphabetical order, then one of all where there are several. */
export function summariseStarts(starts: readonly TaskStart[]): StartSummary[] {
  const families = [...new Set(starts.map(({ family }) => family))].sort();
  const each = families.map((family) =>
    summarise(
      family,
      starts.filter((start) => start.family === family),
    ),
  );
  return families.length > 1 ? [...each, summarise('all', starts)] : each;
}
