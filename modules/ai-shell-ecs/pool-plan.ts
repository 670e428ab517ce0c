/** When the pool has which size, as the function that sizes it reads it. */
import { Fn, TerraformIterator, Token } from 'cdktf';
import type { PoolPlan } from '../../lambdas/warm-pool/settings';
import type { PoolWindowProps, Weekday } from './props';
import type { WarmPoolSettings } from './settings';

export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTES_OF_DAY = 1440;
export const MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;

export type WeekWindow = PoolPlan['windows'][number];

/** Whether another size than the configured one is planned for any time. */
export function isPlanned({ followDemand, schedule }: WarmPoolSettings): boolean {
  return schedule !== undefined || followDemand !== undefined;
}

/** Returns minutes since midnight; `undefined` where it is no time of a day. */
export function minuteOfDay(time: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(time) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return hours === undefined || minute > MINUTES_OF_DAY ? undefined : minute;
}

/** Returns a window for each day on which it opens. */
export function weekWindows({ days = WEEKDAYS, from, minSize, to }: PoolWindowProps): readonly WeekWindow[] {
  const start = minuteOfDay(from) ?? 0;
  const end = minuteOfDay(to) ?? 0;
  const minutes = end > start ? end - start : end - start + MINUTES_OF_DAY;
  return days.map((day) => ({
    startMinute: WEEKDAYS.indexOf(day) * MINUTES_OF_DAY + start,
    minutes,
    minSize,
  }));
}

/** Terraform's way of {@link weekWindows}, for a window `val` of a list that it fills in. */
const START = '(tonumber(split(":", val.from)[0]) * 60 + tonumber(split(":", val.from)[1]))';
const END = '(tonumber(split(":", val.to)[0]) * 60 + tonumber(split(":", val.to)[1]))';
const WEEK_WINDOWS =
  `[for day in val.days : { startMinute = index(${JSON.stringify(WEEKDAYS)}, day) * ${MINUTES_OF_DAY} + ${START}, ` +
  `minutes = ${END} > ${START} ? ${END} - ${START} : ${END} - ${START} + ${MINUTES_OF_DAY}, minSize = val.minSize }]`;

/** Returns the plan as JSON; empty where the pool has one size at all times. */
export function poolPlanJson(warmPool: WarmPoolSettings): string {
  if (!isPlanned(warmPool)) return '';
  const { followDemand = null, schedule = [], timeZone } = warmPool;
  if (!Token.isUnresolved(schedule) && !Token.isUnresolved(followDemand) && !Token.isUnresolved(timeZone)) {
    const plan: PoolPlan = { timeZone, windows: schedule.flatMap(weekWindows), demand: followDemand };
    return JSON.stringify(plan);
  }
  const windows = Token.isUnresolved(schedule)
    ? Fn.flatten(TerraformIterator.fromList(Token.asList(schedule)).forExpressionForList(WEEK_WINDOWS))
    : schedule.flatMap(weekWindows);
  return Token.asString(Fn.jsonencode({ timeZone, windows, demand: followDemand }));
}
