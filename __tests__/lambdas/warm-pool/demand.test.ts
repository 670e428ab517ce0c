/** Sizes by hour of the week, over random launches: counted again, slowly, window by window. */
import * as fc from 'fast-check';
import {
  type DemandPolicy,
  demandAt,
  type Launches,
  weekOfSizes,
} from '../../../lambdas/warm-pool/plan/demand';
import { HOURS_OF_WEEK, hourOfWeek } from '../../../lambdas/warm-pool/plan/week';

/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 0, 5) / 1000;
const BUCKET_SECONDS = 300;
const BUCKETS_OF_WEEK = (7 * 24 * 3600) / BUCKET_SECONDS;
const POLICY: DemandPolicy = { timeZone: 'UTC', refillSeconds: 600, coveredPercent: 99 };

/** Weeks of launches: few of the buckets have any, and those have many at once. */
function recorded(weeks: number, batches: readonly (readonly [bucket: number, count: number])[]): Launches {
  const counts = new Array<number>(Math.round(weeks * BUCKETS_OF_WEEK)).fill(0);
  for (const [bucket, count] of batches) {
    const index = bucket % counts.length;
    counts[index] = (counts[index] ?? 0) + count;
  }
  return { sinceSeconds: MONDAY, bucketSeconds: BUCKET_SECONDS, counts };
}

const launches = fc
  .tuple(
    fc.double({ min: 0.5, max: 4, noNaN: true }),
    fc.array(fc.tuple(fc.nat(4 * BUCKETS_OF_WEEK), fc.integer({ min: 1, max: 30 })), { maxLength: 300 }),
  )
  .map(([weeks, batches]) => recorded(weeks, batches));
const policies = fc.record({
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'),
  refillSeconds: fc.integer({ min: 60, max: 3600 }),
  coveredPercent: fc.integer({ min: 50, max: 100 }),
});

/** Launches within every window as long as a refill that begins in an hour. */
function windowsOf({ bucketSeconds, counts, sinceSeconds }: Launches, policy: DemandPolicy, hour: number) {
  const length = Math.ceil(policy.refillSeconds / bucketSeconds);
  return counts.flatMap((_, first) => {
    const inHour = hourOfWeek(sinceSeconds + first * bucketSeconds, policy.timeZone) === hour;
    return inHour && first + length <= counts.length
      ? [counts.slice(first, first + length).reduce((sum, count) => sum + count, 0)]
      : [];
  });
}

describe('the sizes of a week', () => {
  it('are the smallest that at most the share left uncovered of the windows had more launches than', () => {
    fc.assert(
      fc.property(launches, policies, fc.nat(HOURS_OF_WEEK - 1), (past, policy, hour) => {
        const size = weekOfSizes(past, policy)[hour];
        const windows = windowsOf(past, policy, hour);
        if (size === undefined) {
          expect(windows.length).toBeLessThan(36);
          return;
        }
        const tolerated = (windows.length * (100 - policy.coveredPercent)) / 100;
        expect(windows.filter((count) => count > size).length).toBeLessThanOrEqual(tolerated);
        if (size > 0) expect(windows.filter((count) => count > size - 1).length).toBeGreaterThan(tolerated);
      }),
      { numRuns: 30 },
    );
  });

  it('never shrink where more is to be covered, where refills last longer, or where there were more launches', () => {
    fc.assert(
      fc.property(launches, policies, fc.nat(), (past, policy, at) => {
        const sizes = weekOfSizes(past, policy);
        const more = past.counts.map((count, index) => count + (index === at % past.counts.length ? 5 : 0));
        for (const larger of [
          weekOfSizes(past, { ...policy, coveredPercent: 100 }),
          weekOfSizes({ ...past, counts: more }, policy),
        ])
          for (const [hour, size] of sizes.entries())
            expect(larger[hour] ?? 0).toBeGreaterThanOrEqual(size ?? 0);
      }),
      { numRuns: 8 },
    );
  });

  it('follow batches, which a mean would hide: thirty at once every Monday at nine', () => {
    const past = recorded(
      8,
      Array.from({ length: 8 }, (_, week) => [week * BUCKETS_OF_WEEK + 9 * 12 + 6, 30] as const),
    );
    const sizes = weekOfSizes(past, POLICY);
    expect(sizes[9]).toBe(30);
    expect(sizes[10]).toBe(0);
    expect(sizes[24 + 9]).toBe(0);
  });

  it('forget one odd day of many where the share left uncovered allows it', () => {
    const past = recorded(8, [[9 * 12, 30]]);
    expect(weekOfSizes(past, { ...POLICY, coveredPercent: 95 })[9]).toBe(0);
    expect(weekOfSizes(past, { ...POLICY, coveredPercent: 100 })[9]).toBe(30);
  });

  it('are unknown for an hour of which fewer than three weeks are known, and for all without launches', () => {
    const sizes = weekOfSizes(recorded(2, [[0, 1]]), POLICY);
    expect(sizes.filter((size) => size !== undefined)).toEqual([]);
    const later = weekOfSizes(recorded(2.5, [[0, 1]]), POLICY);
    expect(later[0]).toBe(1);
    expect(later.at(-1)).toBe(undefined);
    expect(weekOfSizes(recorded(0, []), POLICY)).toEqual(new Array(HOURS_OF_WEEK).fill(undefined));
  });

  it('stay with the clock on the wall when it changes', () => {
    // 09:30 in Berlin: 08:30 UTC until 29 March, 07:30 from then on.
    const batches = Array.from({ length: 8 }, (_, week) => {
      const wall = week < 4 ? 8.5 : 7.5;
      return [week * BUCKETS_OF_WEEK + wall * 12, 7] as const;
    });
    const since = Date.UTC(2026, 2, 2) / 1000;
    const past = { ...recorded(8, batches), sinceSeconds: since };
    const sizes = weekOfSizes(past, { ...POLICY, timeZone: 'Europe/Berlin' });
    expect([sizes[8], sizes[9], sizes[10]]).toEqual([0, 7, 0]);
  });
});

describe('the size of a moment', () => {
  const sizes = new Array<number>(HOURS_OF_WEEK).fill(1);
  sizes[9] = 30;

  it('is that of the hour a refill before it begins, so that its pool is there when it does', () => {
    const nine = MONDAY + 9 * 3600;
    expect(demandAt(nine - 601, sizes, POLICY)).toBe(1);
    expect(demandAt(nine - 600, sizes, POLICY)).toBe(30);
    expect(demandAt(nine, sizes, POLICY)).toBe(30);
    expect(demandAt(nine + 3600, sizes, POLICY)).toBe(1);
  });

  it('is unknown where either hour is', () => {
    const holes = sizes.map((size, hour) => (hour === 10 ? undefined : size));
    expect(demandAt(MONDAY + 9.5 * 3600, holes, POLICY)).toBe(30);
    expect(demandAt(MONDAY + 9.9 * 3600, holes, POLICY)).toBe(undefined);
    expect(demandAt(MONDAY + 10 * 3600, holes, POLICY)).toBe(undefined);
  });
});
