/** What size a pool is to have at which time. */
import type { PoolPlan } from '../settings';
import { demandAt, type WeekOfSizes } from './demand';
import { MINUTES_OF_WEEK, minuteOfWeek } from './week';

/** Sizes of a warm pool, as PutWarmPool takes them. */
export interface PoolSizes {
  readonly minSize: number;
  /** -1: the group's maximum. */
  readonly maxPrepared: number;
}

/** What decided. */
export type SizedBy = 'schedule' | 'demand' | 'configured';

export interface PlannedPool {
  readonly sizes: PoolSizes;
  readonly by: SizedBy;
}

export function isSameSize(left: PoolSizes, right: PoolSizes): boolean {
  return left.minSize === right.minSize && left.maxPrepared === right.maxPrepared;
}

/**
 * Returns the size that the pool is to have. In a window the schedule decides, also where demand says more: who wrote a night of
 * zero wants none. Outside of all windows demand does, within its bounds; where too little is known of the hour, what is configured.
 * @param week what the launches of the past say; `undefined` where the pool follows no demand
 * @throws {RangeError} where the time zone is unknown
 */
export function plannedPool(
  nowSeconds: number,
  configured: PoolSizes,
  plan: PoolPlan | undefined,
  week: WeekOfSizes | undefined,
): PlannedPool {
  if (plan === undefined) return { sizes: configured, by: 'configured' };
  const minute = minuteOfWeek(nowSeconds, plan.timeZone);
  const open = plan.windows.find(
    ({ minutes, startMinute }) => (minute - startMinute + MINUTES_OF_WEEK) % MINUTES_OF_WEEK < minutes,
  );
  if (open !== undefined) return { sizes: holding(open.minSize, configured), by: 'schedule' };
  if (plan.demand === null || week === undefined) return { sizes: configured, by: 'configured' };
  const { maxSize, minSize, refillSeconds } = plan.demand;
  const needed = demandAt(nowSeconds, week, { refillSeconds, timeZone: plan.timeZone });
  if (needed === undefined) return { sizes: configured, by: 'configured' };
  return {
    sizes: holding(Math.min(maxSize, Math.max(minSize, needed)), configured),
    by: 'demand',
  };
}

/** The prepared capacity, which counts group and pool together, moves with the pool. */
function holding(minSize: number, configured: PoolSizes): PoolSizes {
  return { minSize, maxPrepared: configured.maxPrepared - configured.minSize + minSize };
}
