import { type Launches, type WeekOfSizes, weekOfSizes } from '../../lambdas/warm-pool/plan/demand';
import { plannedPool } from '../../lambdas/warm-pool/plan/pool-plan';
import type { PoolPlan } from '../../lambdas/warm-pool/settings';
import { type Bench, resultOf } from './bench';
import recorded from './recorded-arrivals.json';

const MINUTE = 60;
const DAY = 24 * 3600;
const HISTORY_SECONDS = 8 * 7 * DAY;
const REFILL_SECONDS = 600;
/** A week-end and nights without a pool, and more of it while most of the people who land changes are up. */
const SCHEDULE: PoolPlan['windows'] = [
  ...[0, 1, 2, 3, 4].map((day) => ({ startMinute: day * 1440 + 13 * 60, minutes: 9 * 60, minSize: 4 })),
  ...[0, 1, 2, 3, 4].map((day) => ({ startMinute: day * 1440 + 3 * 60, minutes: 4 * 60, minSize: 0 })),
];

/** A way to size a pool. */
interface Way {
  readonly configured: number;
  readonly windows?: PoolPlan['windows'];
  readonly coveredPercent?: number;
}

const WAYS: Readonly<Record<string, Way>> = {
  'always 1': { configured: 1 },
  'always 2, the default': { configured: 2 },
  'always 3': { configured: 3 },
  'always 4': { configured: 4 },
  'always 8': { configured: 8 },
  'always 20': { configured: 20 },
  schedule: { configured: 2, windows: SCHEDULE },
  'demand, 95 %': { configured: 2, coveredPercent: 95 },
  'demand, 99 %': { configured: 2, coveredPercent: 99 },
  'demand, 100 %': { configured: 2, coveredPercent: 100 },
  'schedule and demand, 99 %': { configured: 2, windows: SCHEDULE.slice(5), coveredPercent: 99 },
};

function countsOf(gaps: string, buckets: number): number[] {
  const counts = new Array<number>(buckets).fill(0);
  let bucket = 0;
  for (const gap of gaps.split(',')) {
    bucket += Number(gap);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** What is known of the past at a time: nothing of what is to come. */
function pastOf(all: Launches, nowSeconds: number): Launches {
  const end = Math.floor((nowSeconds - all.sinceSeconds) / all.bucketSeconds);
  const start = Math.max(0, end - HISTORY_SECONDS / all.bucketSeconds);
  return {
    ...all,
    sinceSeconds: all.sinceSeconds + start * all.bucketSeconds,
    counts: all.counts.slice(start, end),
  };
}

interface Outcome {
  readonly misses: number;
  readonly launches: number;
  /** Instances in the pool on average, those on their way into it too: what it costs. */
  readonly meanSize: number;
}

/** Draws each launch out of a pool that refills, minute by minute, after eight weeks of which the pool has learnt. */
function simulated(all: Launches, { configured, coveredPercent, windows = [] }: Way): Outcome {
  const demand =
    coveredPercent === undefined
      ? null
      : { coveredPercent, minSize: 1, maxSize: 20, refillSeconds: REFILL_SECONDS };
  const plan: PoolPlan = { timeZone: 'UTC', windows, demand };
  const begin = all.sinceSeconds + HISTORY_SECONDS;
  const end = all.sinceSeconds + all.counts.length * all.bucketSeconds;
  let week: WeekOfSizes | undefined;
  let warm = 0;
  let coming: number[] = [];
  let misses = 0;
  let launches = 0;
  let instanceMinutes = 0;
  for (let now = begin; now < end; now += MINUTE) {
    if (demand !== null && (now - begin) % DAY === 0)
      week = weekOfSizes(pastOf(all, now), { ...demand, timeZone: 'UTC' });
    const { minSize } = plannedPool(now, { minSize: configured, maxPrepared: configured }, plan, week).sizes;
    warm += coming.filter((ready) => ready <= now).length;
    coming = coming.filter((ready) => ready > now);
    if ((now - all.sinceSeconds) % all.bucketSeconds === 0) {
      const drawn = all.counts[(now - all.sinceSeconds) / all.bucketSeconds] ?? 0;
      launches += drawn;
      misses += Math.max(0, drawn - warm);
      warm -= Math.min(drawn, warm);
    }
    while (warm + coming.length < minSize) coming.push(now + REFILL_SECONDS);
    while (warm + coming.length > minSize && coming.length > 0) coming.pop();
    warm = Math.min(warm, minSize);
    instanceMinutes += warm + coming.length;
  }
  return { misses, launches, meanSize: instanceMinutes / ((end - begin) / MINUTE) };
}

/** What sizes of a pool cost and miss, over launches that were recorded. */
export const warmPool: Bench = {
  name: 'warm-pool',
  summary:
    'cold launches and mean size of a warm pool that is always the same, follows a schedule, or follows demand',
  async run(say) {
    const buckets = (recorded.weeks * 7 * DAY) / recorded.bucketSeconds;
    const all = { ...recorded, counts: countsOf(recorded.gaps, buckets) };
    const notes: Record<string, string> = {};
    const outcomes: Record<string, Outcome> = {};
    for (const [name, way] of Object.entries(WAYS)) {
      const outcome = simulated(all, way);
      outcomes[name] = outcome;
      notes[name] = `${outcome.misses} of ${outcome.launches} cold, ${outcome.meanSize.toFixed(2)} instances`;
      say(`${name.padEnd(28)} ${notes[name]}`);
    }
    const ours = outcomes['demand, 99 %']?.meanSize ?? Number.NaN;
    const fixed = outcomes['always 8']?.meanSize ?? Number.NaN;
    return resultOf({
      name: 'warm-pool',
      unit: 'instances',
      ours: [ours],
      others: { 'always 8': [fixed] },
      ratios: { 'always 8': [ours / fixed] },
      targets: {},
      notes,
    });
  },
};
