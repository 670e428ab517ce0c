/** Which size a pool is to have when: by the schedule, by demand, or as configured. */
import * as fc from 'fast-check';
import { plannedPool } from '../../../lambdas/warm-pool/plan/pool-plan';
import { MINUTES_OF_WEEK, minuteOfWeek } from '../../../lambdas/warm-pool/plan/week';
import type { PoolPlan } from '../../../lambdas/warm-pool/settings';

const CONFIGURED = { minSize: 4, maxPrepared: 5 };
const DAY = 1440;
const OFFICE: PoolPlan = {
  timeZone: 'Europe/Berlin',
  windows: [
    { startMinute: 8 * 60, minutes: 600, minSize: 10 },
    { startMinute: 6 * DAY + 22 * 60, minutes: 8 * 60, minSize: 0 },
  ],
  demand: null,
};
const BUSY = new Array<number>(168).fill(7);
const demand = { coveredPercent: 99, minSize: 2, maxSize: 6, refillSeconds: 600 };

function at(time: string): number {
  return Date.parse(time) / 1000;
}

describe('the minute of the week', () => {
  it.each([
    ['2026-11-23T00:00:00Z', 'UTC', 0],
    ['2026-11-29T23:59:59Z', 'UTC', MINUTES_OF_WEEK - 1],
    ['2026-11-23T00:00:00Z', 'Asia/Kathmandu', 5 * 60 + 45],
    ['2026-11-23T00:00:00Z', 'Pacific/Honolulu', 6 * DAY + 14 * 60],
    // Before and after clocks go forward, and in the hour that they repeat.
    ['2026-03-29T00:59:00Z', 'Europe/Berlin', 6 * DAY + 119],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', 6 * DAY + 180],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', 6 * DAY + 150],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', 6 * DAY + 150],
  ])('of %s in %s is %d', (time, zone, minute) => {
    expect(minuteOfWeek(at(time), zone)).toBe(minute);
  });

  it('moves with time by a minute, but where clocks change', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Tehran'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 1.7e9, max: 2e9 }), (zone, seconds) => {
        const step = minuteOfWeek(seconds + 60, zone) - minuteOfWeek(seconds, zone);
        const minutes = (step + MINUTES_OF_WEEK) % MINUTES_OF_WEEK;
        expect([1, 1 - 60, 1 - 30, 1 + 60, 1 + 30]).toContain(
          minutes > 1440 ? minutes - MINUTES_OF_WEEK : minutes,
        );
      }),
    );
  });
});

describe('a pool with a schedule', () => {
  it.each([
    ['before a window', '2026-11-23T06:59:59Z', 4, 'configured'],
    ['from its first second on', '2026-11-23T07:00:00Z', 10, 'schedule'],
    ['until its last', '2026-11-23T16:59:59Z', 10, 'schedule'],
    ['and not longer', '2026-11-23T17:00:00Z', 4, 'configured'],
    ['by the same local clock in summer', '2026-07-06T06:00:00Z', 10, 'schedule'],
    ['in a night of zero', '2026-11-29T21:00:00Z', 0, 'schedule'],
    ["over Sunday's midnight", '2026-11-30T04:59:59Z', 0, 'schedule'],
    ['until the morning', '2026-11-30T05:00:00Z', 4, 'configured'],
  ])('has %s its size', (_, time, minSize, by) => {
    const { sizes, ...rest } = plannedPool(at(time), CONFIGURED, OFFICE, undefined);
    // Group and pool together keep their distance, so that zero is zero.
    expect({ sizes, ...rest }).toEqual({ sizes: { minSize, maxPrepared: minSize + 1 }, by });
  });

  it('has at every moment the size of the one window that is open, whatever its time zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1.7e9, max: 2e9 }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
        fc.uniqueArray(fc.nat(MINUTES_OF_WEEK - 1), { minLength: 2, maxLength: 12 }),
        (seconds, timeZone, edges) => {
          const starts = [...edges].sort((left, right) => left - right);
          const windows = starts.map((startMinute, index) => ({
            startMinute,
            minutes:
              ((starts[(index + 1) % starts.length] ?? 0) - startMinute + MINUTES_OF_WEEK) % MINUTES_OF_WEEK,
            minSize: index + 1,
          }));
          const { sizes } = plannedPool(seconds, CONFIGURED, { timeZone, windows, demand: null }, undefined);
          const minute = minuteOfWeek(seconds, timeZone);
          const before = starts.filter((start) => start <= minute).length;
          expect(sizes.minSize).toBe(before === 0 ? starts.length : before);
        },
      ),
    );
  });
});

describe('a pool that follows demand', () => {
  const plan = { ...OFFICE, demand };

  it('has what demand says, within its bounds', () => {
    expect(plannedPool(at('2026-11-24T12:00:00Z'), CONFIGURED, plan, BUSY)).toEqual({
      sizes: { minSize: 6, maxPrepared: 7 },
      by: 'demand',
    });
    const calm = new Array<number>(168).fill(0);
    expect(plannedPool(at('2026-11-24T12:00:00Z'), CONFIGURED, plan, calm).sizes.minSize).toBe(2);
  });

  it('has what its schedule says in a window, more or less than demand', () => {
    expect(plannedPool(at('2026-11-23T12:00:00Z'), CONFIGURED, plan, BUSY)).toMatchObject({
      sizes: { minSize: 10 },
      by: 'schedule',
    });
    expect(plannedPool(at('2026-11-29T23:00:00Z'), CONFIGURED, plan, BUSY).sizes.minSize).toBe(0);
  });

  it('has the configured size where too little is known', () => {
    const unknown = new Array<undefined>(168).fill(undefined);
    expect(plannedPool(at('2026-11-24T12:00:00Z'), CONFIGURED, plan, unknown)).toEqual({
      sizes: CONFIGURED,
      by: 'configured',
    });
  });
});
