/**
 * How large a pool has to be, hour by hour of the week, as launches of the past say. Empirical: launches come in batches (a class
 * begins, a pipeline fans out), which no formula over a mean rate foresees.
 */
import { HOURS_OF_WEEK, hourOfWeek } from './week';

/** Launches into service, counted in buckets of equal length without a gap. */
export interface Launches {
  /** Begin of the first bucket. */
  readonly sinceSeconds: number;
  readonly bucketSeconds: number;
  readonly counts: readonly number[];
}

export interface DemandPolicy {
  /** IANA name: an hour of the week is one by the local clock, whatever summer time does. */
  readonly timeZone: string;
  /** Time from a draw until the pool is full again. */
  readonly refillSeconds: number;
  /** Share of refills, in per cent, during which the pool must not have been drawn empty. */
  readonly coveredPercent: number;
}

/** Sizes by the hour of the week; `undefined` where too little is known. */
export type WeekOfSizes = readonly (number | undefined)[];

const QUARTER_SECONDS = 900;
/** Fewer weeks say little about an hour that comes once a week. */
const LEAST_WEEKS = 3;

/**
 * Returns for each hour of the week the smallest pool such that at most `100 - coveredPercent` per cent of the windows as long as
 * one refill, those that begin in that hour, had more launches.
 */
export function weekOfSizes(launches: Launches, policy: DemandPolicy): WeekOfSizes {
  const { bucketSeconds, counts, sinceSeconds } = launches;
  const { coveredPercent, refillSeconds, timeZone } = policy;
  const perWindow = Math.ceil(refillSeconds / bucketSeconds);
  const sums: number[][] = Array.from({ length: HOURS_OF_WEEK }, () => []);
  let sum = counts.slice(0, perWindow - 1).reduce((total, count) => total + count, 0);
  let hour = 0;
  for (let first = 0; first + perWindow <= counts.length; first++) {
    sum += counts[first + perWindow - 1] ?? 0;
    const startSeconds = sinceSeconds + first * bucketSeconds;
    // Local hours begin on quarters of an hour, and to ask a calendar is slow.
    if (first === 0 || startSeconds % QUARTER_SECONDS < bucketSeconds)
      hour = hourOfWeek(startSeconds, timeZone);
    sums[hour]?.push(sum);
    sum -= counts[first] ?? 0;
  }
  const leastWindows = (LEAST_WEEKS * 3600) / bucketSeconds;
  return sums.map((hour) =>
    hour.length < leastWindows ? undefined : exceededByAtMost(hour, coveredPercent),
  );
}

/** Returns the smallest number that at most the share left uncovered of the values is greater than. */
function exceededByAtMost(values: readonly number[], coveredPercent: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const exceeding = Math.floor((values.length * (100 - coveredPercent)) / 100);
  return sorted[sorted.length - 1 - exceeding] ?? 0;
}

/**
 * Returns the size that a pool is to have now: what is ordered now is there a refill later, so that an hour's size is ordered a
 * refill before the hour. `undefined` where too little is known.
 */
export function demandAt(
  nowSeconds: number,
  sizes: WeekOfSizes,
  { refillSeconds, timeZone }: Pick<DemandPolicy, 'refillSeconds' | 'timeZone'>,
): number | undefined {
  const now = sizes[hourOfWeek(nowSeconds, timeZone)];
  const then = sizes[hourOfWeek(nowSeconds + refillSeconds, timeZone)];
  if (now === undefined || then === undefined) return undefined;
  return Math.max(now, then);
}
