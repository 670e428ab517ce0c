/** A pool whose size is planned: what is refused, and what is made of it. */
import { warmPoolSettings } from '../../../lambdas/warm-pool/settings';
import { InvalidAiShellEcsError } from '../../../modules/ai-shell-ecs/errors';
import type { PoolWindowProps, WarmPoolProps } from '../../../modules/ai-shell-ecs/props';
import { skippedHours } from '../../../modules/ai-shell-ecs/skipped-hours';
import { synthesize } from './synth';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const office: PoolWindowProps = { days: weekdays, from: '08:00', to: '18:00', minSize: 10 };
const night: PoolWindowProps = { from: '22:00', to: '06:00', minSize: 0 };

function problemsOf(warmPool: WarmPoolProps): string {
  try {
    synthesize({ warmPool, coldStartMetrics: {} });
    return '';
  } catch (error) {
    if (error instanceof InvalidAiShellEcsError) return error.message;
    throw error;
  }
}

describe('windows of a schedule', () => {
  it.each<[string, PoolWindowProps[], string?]>([
    ['office hours and a night over midnight', [office, night]],
    ['windows that touch', [office, { days: weekdays, from: '18:00', to: '24:00', minSize: 3 }]],
    ['a week-end from Friday night on', [{ days: ['fri', 'sat'], from: '18:00', to: '17:59', minSize: 0 }]],
    ['a whole day', [{ days: ['sun'], from: '00:00', to: '24:00', minSize: 0 }]],
    ['a night that begins on Sunday', [{ days: ['sun'], from: '22:00', to: '06:00', minSize: 1 }]],
    ['a window that begins in the skipped hour', [{ from: '02:30', to: '08:00', minSize: 1 }]],
  ])('may be %s', (_, schedule) => {
    expect(problemsOf({ timeZone: 'Europe/Berlin', schedule })).toBe('');
  });

  it.each<[string, PoolWindowProps[], RegExp]>([
    [
      'a night into the morning of another one',
      [office, { ...night, to: '08:30' }],
      /22:00 to 08:30, which overlap/,
    ],
    [
      'Sunday night into Monday',
      [
        { days: ['sun'], from: '20:00', to: '09:00', minSize: 1 },
        { days: ['mon'], from: '08:00', to: '10:00', minSize: 2 },
      ],
      /sun 20:00 to 09:00 and mon 08:00 to 10:00, which overlap/,
    ],
    ['one that overlaps itself', [{ from: '10:00', to: '09:59', minSize: 1 }, office], /overlap/],
    ['25 hours', [{ from: '25:00', to: '26:00', minSize: 1 }], /schedule\[0\]\.from: got 25:00/],
    ['a begin at 24:00', [{ from: '24:00', to: '06:00', minSize: 1 }], /schedule\[0\]\.from: got 24:00/],
    ['an end at 24:30', [{ from: '20:00', to: '24:30', minSize: 1 }], /schedule\[0\]\.to: got 24:30/],
    ['a time without zeros', [{ from: '8:00', to: '18:00', minSize: 1 }], /got 8:00; allowed HH:MM/],
    ['nothing', [{ from: '08:00', to: '08:00', minSize: 1 }], /got from and to 08:00/],
    ['all the time', [{ from: '00:00', to: '24:00', minSize: 1 }], /which is all the time/],
    ['no day', [{ ...office, days: [] }], /days: got \[\]; allowed mon/],
    ['a day twice', [{ ...office, days: ['mon', 'mon'] }], /each once/],
    ['half an instance', [{ ...office, minSize: 0.5 }], /minSize: got 0.5; allowed 0/],
    [
      'an hour that clocks skip',
      [{ days: ['sun'], from: '02:10', to: '02:50', minSize: 1 }],
      /does not come on/,
    ],
  ])('may not be %s: one error says so', (_, schedule, message) => {
    const problem = problemsOf({ timeZone: 'Europe/Berlin', schedule });
    expect(problem).toMatch(message);
    expect(problem.match(/got /g)).toHaveLength(1);
  });

  it.each(['Europe/Atlantis', 'CEST', '+02:00', '', 'Berlin'])(
    'may not be in the time zone %j',
    (timeZone) => {
      expect(problemsOf({ timeZone, schedule: [office] })).toMatch(
        /timeZone: got .*; allowed are IANA names/,
      );
    },
  );

  it('may be one that only a skipped hour of another zone would hide', () => {
    const schedule = [{ from: '02:00', to: '03:00', minSize: 1 }];
    expect(problemsOf({ timeZone: 'Asia/Tokyo', schedule })).toBe('');
    expect(problemsOf({ timeZone: 'America/New_York', schedule })).toMatch(/does not come on 2026-03-08/);
  });
});

describe('skipped hours', () => {
  it.each([
    ['UTC', undefined],
    ['Europe/Berlin', { startMinute: 6 * 1440 + 120, minutes: 60, date: '2026-03-29' }],
    ['Australia/Lord_Howe', { startMinute: 6 * 1440 + 120, minutes: 30, date: '2026-10-04' }],
    ['Africa/Cairo', { startMinute: 4 * 1440, minutes: 60, date: '2026-04-24' }],
  ])('of %s are found to the minute', (timeZone, first) => {
    expect(skippedHours(timeZone)[0]).toEqual(first);
  });
});

describe('a pool with a plan', () => {
  const stack = synthesize({
    coldStartMetrics: {},
    instances: { minSize: 1 },
    warmPool: {
      minSize: 4,
      timeZone: 'Europe/Berlin',
      schedule: [office, { days: ['sun'], from: '22:00', to: '06:00', minSize: 0 }],
      followDemand: { maxSize: 20 },
    },
  });

  it('is sized by one function alone, whose environment says when', () => {
    const sizing = stack.one('aws_lambda_function', 'pool-clock');
    const { variables } = sizing['environment'] as { variables: Record<string, string> };
    expect(warmPoolSettings.parse(variables)).toMatchObject({
      POOL_MIN_SIZE: '4',
      POOL_MAX_PREPARED: '5',
      POOL_STATE: 'Stopped',
      POOL_PLAN: {
        timeZone: 'Europe/Berlin',
        windows: [
          ...[0, 1, 2, 3, 4].map((day) => ({ startMinute: day * 1440 + 480, minutes: 600, minSize: 10 })),
          { startMinute: 6 * 1440 + 1320, minutes: 480, minSize: 0 },
        ],
        demand: { maxSize: 20, minSize: 1, coveredPercent: 99, refillSeconds: 600 },
      },
    });
    const callers = stack.statements.filter(({ Action }) =>
      [Action].flat().includes('autoscaling:PutWarmPool'),
    );
    expect(callers.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['SizePool', ['autoscaling:PutWarmPool']],
    ]);
  });

  it('is looked at every minute by a schedule that may call that function and nothing else', () => {
    expect(stack.one('aws_scheduler_schedule')).toMatchObject({
      schedule_expression: 'rate(1 minute)',
      flexible_time_window: { mode: 'OFF' },
      target: { dead_letter_config: {}, retry_policy: { maximum_event_age_in_seconds: 60 } },
    });
  });

  it('leaves both sizes to the function, and nothing else of the pool', () => {
    expect(stack.one('aws_autoscaling_group')).toMatchObject({
      warm_pool: { min_size: 4, max_group_prepared_capacity: 5 },
      lifecycle: {
        ignore_changes: [
          'desired_capacity',
          'initial_lifecycle_hook',
          'warm_pool[0].min_size',
          'warm_pool[0].max_group_prepared_capacity',
        ],
      },
    });
  });

  it('rings where nobody sees it at its size, and compares with the size of the moment', () => {
    expect(stack.one('aws_cloudwatch_metric_alarm', 'pool-off-size')).toMatchObject({
      alarm_name: 'shell-pool-off-size',
      treat_missing_data: 'breaching',
      evaluation_periods: 6,
    });
    const expressions = ['pool-not-warm', 'pool-missed'].map((id) => {
      const { metric_query: queries } = stack.one('aws_cloudwatch_metric_alarm', id);
      return (queries as { expression?: string }[]).flatMap(({ expression }) => expression ?? []);
    });
    expect(expressions).toEqual([['least - warmed'], ['IF(least > 0, missed, 0)']]);
    expect(String(stack.one('aws_cloudwatch_dashboard')['dashboard_body'])).toMatch(/pool-off-size/);
  });

  it('has none of that where it has one size', () => {
    const plain = synthesize({ coldStartMetrics: {} });
    expect(plain.count('aws_scheduler_schedule')).toBe(0);
    expect(plain.one('aws_cloudwatch_metric_alarm', 'pool-not-warm')).toMatchObject({ threshold: 2 });
  });

  it('is sized by the driver of rollouts where images go in place, which has the one right to', () => {
    const inPlace = synthesize({
      coldStartMetrics: {},
      rollout: 'in-place',
      warmPool: { schedule: [office], followDemand: { maxSize: 20 } },
    });
    expect(inPlace.count('aws_scheduler_schedule')).toBe(0);
    const callers = inPlace.statements.filter(({ Action }) =>
      [Action].flat().includes('autoscaling:PutWarmPool'),
    );
    expect(callers.map(({ Sid }) => Sid)).toEqual(['RenewPool']);
    expect(inPlace.statements.map(({ Sid }) => Sid)).toContain('CountLaunches');
    inPlace.one('aws_cloudwatch_metric_alarm', 'pool-off-size');
  });
});
