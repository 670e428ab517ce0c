/** How long a task took to run, taken apart; all durations in seconds. */
export interface TaskStart {
  readonly task: string;
  readonly family: string;
  readonly createdAt: Date;
  /** createdAt to startedAt. */
  readonly totalSeconds: number;
  /** createdAt to the pull, or to the start where nothing was pulled. */
  readonly placementSeconds: number;
  /** Absent on a cache hit: with `prefer-cached` the agent then asks the registry nothing. */
  readonly pullSeconds?: number;
}

/** What is read of a task that ECS describes. */
export interface DescribedTask {
  readonly taskArn?: string | undefined;
  readonly taskDefinitionArn?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly startedAt?: Date | undefined;
  readonly pullStartedAt?: Date | undefined;
  readonly pullStoppedAt?: Date | undefined;
}

const seconds = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;
const lastPart = (arn: string | undefined): string => arn?.split('/').at(-1) ?? '';

/** `undefined` for a task that has not run (yet). */
export const taskStartOf = (task: DescribedTask): TaskStart | undefined => {
  const { createdAt, startedAt, pullStartedAt, pullStoppedAt } = task;
  if (!createdAt || !startedAt) return undefined;
  return {
    task: lastPart(task.taskArn),
    family: lastPart(task.taskDefinitionArn).split(':')[0] ?? '',
    createdAt,
    totalSeconds: seconds(createdAt, startedAt),
    placementSeconds: seconds(createdAt, pullStartedAt ?? startedAt),
    ...(pullStartedAt && pullStoppedAt && { pullSeconds: seconds(pullStartedAt, pullStoppedAt) }),
  };
};

/** Starts of one task family, or of all. */
export interface StartSummary {
  readonly family: string;
  readonly tasks: number;
  readonly cacheHits: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
  /** Median of those that pulled. */
  readonly pullP50Seconds?: number;
}

/** The smallest of the sorted values that at least `share` (0 to 1) of them do not exceed. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

const summarise = (family: string, starts: readonly TaskStart[]): StartSummary => {
  const totals = starts.map(({ totalSeconds }) => totalSeconds).sort((a, b) => a - b);
  const pulls = starts.flatMap(({ pullSeconds }) => pullSeconds ?? []).sort((a, b) => a - b);
  return {
    family,
    tasks: starts.length,
    cacheHits: starts.length - pulls.length,
    p50Seconds: percentile(totals, 0.5),
    p95Seconds: percentile(totals, 0.95),
    p99Seconds: percentile(totals, 0.99),
    maxSeconds: percentile(totals, 1),
    ...(pulls.length > 0 && { pullP50Seconds: percentile(pulls, 0.5) }),
  };
};

/** One summary per family in alphabetical order, then one of all where there are several. */
export const summariseStarts = (starts: readonly TaskStart[]): StartSummary[] => {
  const families = [...new Set(starts.map(({ family }) => family))].sort();
  const each = families.map((family) =>
    summarise(
      family,
      starts.filter((start) => start.family === family),
    ),
  );
  return families.length > 1 ? [...each, summarise('all', starts)] : each;
};
