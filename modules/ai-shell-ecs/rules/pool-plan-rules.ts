import {
  isPlanned,
  MINUTES_OF_WEEK,
  minuteOfDay,
  WEEKDAYS,
  type WeekWindow,
  weekWindows,
} from '../pool-plan';
import type { FollowDemandProps, PoolWindowProps } from '../props';
import type { AiShellEcsSettings, WarmPoolSettings } from '../settings';
import { type SkippedHour, skippedHours } from '../skipped-hours';
import { isInRange, isUnknown, type Rule } from './rule';

/** A rule about a pool whose size is planned, where TypeScript knows the plan. */
function planned(
  id: string,
  problem: (pool: WarmPoolSettings, settings: AiShellEcsSettings) => string | undefined,
): Rule {
  return {
    id,
    problem: (settings) => {
      const { warmPool } = settings;
      return warmPool === undefined || !isPlanned(warmPool) ? undefined : problem(warmPool, settings);
    },
  };
}

/** A rule about windows that are right each by itself. */
function scheduled(
  id: string,
  problem: (windows: readonly PoolWindowProps[], pool: WarmPoolSettings) => string | undefined,
): Rule {
  return planned(id, (pool) => {
    const { schedule = [], timeZone } = pool;
    if (isUnknown(schedule) || isUnknown(timeZone) || !isTimeZone(timeZone)) return undefined;
    return schedule.some((window, index) => windowProblem(window, index) !== undefined)
      ? undefined
      : problem(schedule, pool);
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function windowProblem({ days, from, minSize, to }: PoolWindowProps, index: number): string | undefined {
  const prop = `warmPool.schedule[${index}]`;
  for (const [name, time] of Object.entries({ from, to })) {
    const minute = minuteOfDay(time);
    if (minute === undefined || (name === 'from' && time === '24:00'))
      return `${prop}.${name}: got ${time}; allowed HH:MM, from 00:00 to 23:59${name === 'to' ? ', or 24:00' : ''}; write such a time`;
  }
  if (from === to || (from === '00:00' && to === '24:00' && days === undefined))
    return from === to
      ? `${prop}: got from and to ${from}, which may be nothing or a whole day; write '00:00' to '24:00' for days, or another end`
      : `${prop}: got every day from 00:00 to 24:00, which is all the time; write that size as warmPool.minSize, or leave a window out`;
  const strange = days?.find((day) => !WEEKDAYS.includes(day));
  if (days !== undefined && (days.length === 0 || strange !== undefined || new Set(days).size < days.length))
    return `${prop}.days: got [${days.join(', ')}]; allowed ${WEEKDAYS.join(', ')}, each once; name at least one, or leave days out for all`;
  if (!isInRange(minSize, 0, 10_000))
    return `${prop}.minSize: got ${minSize}; allowed 0 (none) to 10000; write a whole number`;
  return undefined;
}

function wordsOf({ days, from, to }: PoolWindowProps): string {
  return `${days === undefined ? 'every day' : days.join(', ')} ${from} to ${to}`;
}

function contains({ minutes, startMinute }: WeekWindow, minute: number): boolean {
  return (minute - startMinute + MINUTES_OF_WEEK) % MINUTES_OF_WEEK < minutes;
}

function overlaps(left: WeekWindow, right: WeekWindow): boolean {
  return contains(left, right.startMinute) || contains(right, left.startMinute);
}

function isSkipped({ minutes, startMinute }: WeekWindow, hour: SkippedHour): boolean {
  const after = (startMinute - hour.startMinute + MINUTES_OF_WEEK) % MINUTES_OF_WEEK;
  return after + minutes <= hour.minutes;
}

export const poolPlanRules: readonly Rule[] = [
  planned('pool-plan-of-variable', ({ followDemand, schedule }, { inPlaceRollout }) =>
    inPlaceRollout === undefined && (isUnknown(schedule) || isUnknown(followDemand))
      ? "warmPool.schedule, followDemand: got a value that only a plan knows, with rollout 'replace'; what Terraform ignores of a group, and " +
        "the function beside it, cannot hang on a variable; write the windows themselves, or rollout: 'in-place'"
      : undefined,
  ),
  {
    id: 'pool-time-zone-without-plan',
    problem: ({ given: { warmPool } }) =>
      warmPool !== undefined &&
      warmPool !== false &&
      warmPool.timeZone !== undefined &&
      warmPool.schedule === undefined &&
      warmPool.followDemand === undefined
        ? `warmPool.timeZone: got ${warmPool.timeZone} without schedule and followDemand, which alone read it; add one of them, or leave it out`
        : undefined,
  },
  planned('pool-time-zone', ({ timeZone }) =>
    isUnknown(timeZone) || (isTimeZone(timeZone) && !/^[+-]/.test(timeZone))
      ? undefined
      : `warmPool.timeZone: got ${timeZone}; allowed are IANA names, such as Europe/Berlin or UTC, which know when clocks change; write one`,
  ),
  planned('pool-window', ({ schedule = [] }) =>
    isUnknown(schedule) ? undefined : schedule.map(windowProblem).find((problem) => problem !== undefined),
  ),
  scheduled('pool-windows-overlap', (schedule) => {
    const windows = schedule.flatMap((props) => weekWindows(props).map((window) => ({ props, window })));
    for (const [index, left] of windows.entries())
      for (const right of windows.slice(index + 1))
        if (overlaps(left.window, right.window))
          return (
            `warmPool.schedule: got ${wordsOf(left.props)} and ${wordsOf(right.props)}, which overlap; a pool has one size at a time ` +
            '(a window whose end is not later than its begin ends on the next day); end one where the other begins'
          );
    return undefined;
  }),
  scheduled('pool-window-skipped', (schedule, { timeZone }) => {
    for (const hour of skippedHours(timeZone))
      for (const props of schedule)
        if (weekWindows(props).some((window) => isSkipped(window, hour)))
          return (
            `warmPool.schedule: got ${wordsOf(props)}, which does not come on ${hour.date}, when clocks in ${timeZone} skip ${hour.minutes} minutes; ` +
            'begin it earlier, or end it later'
          );
    return undefined;
  }),
  planned('pool-plan-and-prepared-capacity', (_, { given: { warmPool } }) =>
    warmPool !== undefined &&
    warmPool !== false &&
    warmPool.maxPreparedCapacity !== undefined &&
    !isUnknown(warmPool.maxPreparedCapacity)
      ? 'warmPool.maxPreparedCapacity: got it beside schedule or followDemand, which say the whole size of the pool, none included; leave it out'
      : undefined,
  ),
  planned('pool-demand-unmeasured', ({ followDemand }, { given: { coldStartMetrics } }) =>
    followDemand !== undefined && coldStartMetrics === false
      ? 'warmPool.followDemand: got it with coldStartMetrics: false, whose metrics count the launches that it follows; leave coldStartMetrics out'
      : undefined,
  ),
  planned('pool-demand-bounds', ({ followDemand }) =>
    followDemand === undefined || isUnknown(followDemand) ? undefined : demandProblem(followDemand),
  ),
];

function demandProblem({
  coveredPercent = 99,
  maxSize,
  minSize = 1,
  refillSeconds = 600,
}: FollowDemandProps): string | undefined {
  if (!isInRange(maxSize, 1, 10_000))
    return `warmPool.followDemand.maxSize: got ${maxSize}; allowed 1 to 10000; write the most instances that a pool may cost`;
  if (!isInRange(minSize, 0, isUnknown(maxSize) ? 10_000 : maxSize))
    return `warmPool.followDemand.minSize: got ${minSize}; allowed 0 to maxSize, which is ${maxSize}; write a whole number within it`;
  if (!isUnknown(coveredPercent) && !(coveredPercent >= 50 && coveredPercent <= 100))
    return `warmPool.followDemand.coveredPercent: got ${coveredPercent}; allowed 50 to 100; 99 lets one refill in a hundred find too few`;
  if (!isInRange(refillSeconds, 60, 7200))
    return `warmPool.followDemand.refillSeconds: got ${refillSeconds}; allowed 60 to 7200; write boot, pull and stop together`;
  return undefined;
}
