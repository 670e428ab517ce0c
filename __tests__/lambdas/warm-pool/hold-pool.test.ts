/** Looks at a pool, with the SDK's own client in front of a group that refuses what Auto Scaling refuses. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { holdPool } from '../../../lambdas/warm-pool/hold-pool';
import type { PoolPlan } from '../../../lambdas/warm-pool/settings';
import { warmPoolSettings } from '../../../lambdas/warm-pool/settings';
import { autoScalingApi } from '../../support/fake-aws/auto-scaling-api';
import { AutoScalingGroup } from '../../support/fake-aws/auto-scaling-group';
import { Fault } from '../../support/fake-aws/fault';
import { type FakeAws, startFakeAws } from '../../support/fake-aws/server';

const GROUP = 'shell-ecs-asg';
const WEEK = 7 * 24 * 3600;
/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 10, 23) / 1000;
const PLAN: PoolPlan = {
  timeZone: 'UTC',
  windows: [{ startMinute: 480, minutes: 600, minSize: 5 }],
  demand: null,
};
const DEMAND = { coveredPercent: 100, minSize: 0, maxSize: 9, refillSeconds: 600 };

describe('the function that sizes a pool', () => {
  const cloudWatch = mockClient(CloudWatchClient);
  let group: AutoScalingGroup;
  let aws: FakeAws;
  let lines: Record<string, unknown>[];

  beforeEach(async () => {
    group = new AutoScalingGroup(
      {
        name: GROUP,
        hook: 'hook',
        maxSize: 20,
        desired: 1,
        pool: { minSize: 2, maxPrepared: 3, state: 'Hibernated' },
      },
      { launch: () => {}, wake: () => {}, sleep: async () => {}, terminate: async () => {} },
    );
    aws = await startFakeAws({ autoScaling: autoScalingApi(group), json: [] });
    lines = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
    cloudWatch.reset();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await aws.close();
  });

  function holder(plan: PoolPlan | string = PLAN) {
    const settings = warmPoolSettings.parse({
      GROUP,
      METRICS_NAMESPACE: 'Warmpath/Ecs',
      POOL_MIN_SIZE: '2',
      POOL_MAX_PREPARED: '3',
      POOL_STATE: 'Hibernated',
      POOL_PLAN: typeof plan === 'string' ? plan : JSON.stringify(plan),
    });
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
    const autoScaling = new AutoScalingClient({ endpoint: aws.url, region: 'eu-central-1', credentials });
    return holdPool({ autoScaling, cloudWatch: cloudWatch as unknown as CloudWatchClient }, settings);
  }

  it('gives it the size of the window with all four fields, once, and its own size back afterwards', async () => {
    const hold = holder();
    await hold(MONDAY + 9 * 3600);
    await hold(MONDAY + 9 * 3600 + 60);
    expect(group.pool).toEqual({ minSize: 5, maxPrepared: 6, state: 'Hibernated', reuse: false });
    expect(aws.calls.filter((call) => call === 'PutWarmPool')).toHaveLength(1);
    await hold(MONDAY + 19 * 3600);
    expect(group.pool).toEqual({ minSize: 2, maxPrepared: 3, state: 'Hibernated', reuse: false });
    expect(lines.map(({ by, minSize, outcome }) => [by, minSize, outcome])).toEqual([
      ['schedule', 5, 'as-wanted'],
      ['schedule', 5, 'as-wanted'],
      ['configured', 2, 'as-wanted'],
    ]);
  });

  it('empties the pool at night, to the last instance', async () => {
    group.reconcile();
    expect(group.pooled).toHaveLength(2);
    const night = { ...PLAN, windows: [{ startMinute: 1320, minutes: 480, minSize: 0 }] };
    await holder(night)(MONDAY + 23 * 3600);
    expect(group.pool).toEqual({ minSize: 0, maxPrepared: 1, state: 'Hibernated', reuse: false });
    expect(group.pooled).toHaveLength(0);
  });

  it('puts right what somebody else changed', async () => {
    group.pool = { minSize: 0, maxPrepared: -1, state: 'Hibernated', reuse: false };
    await holder()(MONDAY);
    expect(group.pool).toEqual({ minSize: 2, maxPrepared: 3, state: 'Hibernated', reuse: false });
  });

  it('says that it was refused while an instance refresh runs, and tries again', async () => {
    const hold = holder();
    group.reconcile();
    group.startRefresh({ template: 2, maxHealthyPercent: 110, skipMatching: true });
    await hold(MONDAY + 9 * 3600);
    expect(lines).toEqual([expect.objectContaining({ outcome: 'refused', minSize: 5 })]);
    group.cancelRefresh();
    await hold(MONDAY + 9 * 3600 + 60);
    expect(group.pool).toMatchObject({ minSize: 5 });
    expect(lines.at(-1)).toMatchObject({ outcome: 'as-wanted' });
  });

  it('makes no pool where there is none', async () => {
    group.pool = undefined;
    await holder()(MONDAY + 9 * 3600);
    expect(aws.calls).not.toContain('PutWarmPool');
    expect(lines).toEqual([]);
  });

  it('fails where it may not, without the line that the alarm waits for', async () => {
    aws.before('PutWarmPool', () => {
      throw new Fault('AccessDenied', 'not authorized to perform: autoscaling:PutWarmPool', 403);
    });
    await expect(holder()(MONDAY + 9 * 3600)).rejects.toThrow('not authorized');
    expect(lines).toEqual([]);
  });

  it('keeps the configured size, and says why, where the time zone is none', async () => {
    await holder({ ...PLAN, timeZone: 'Europe/Atlantis' })(MONDAY + 9 * 3600);
    expect(group.pool).toMatchObject({ minSize: 2 });
    expect(lines).toEqual([
      expect.objectContaining({ outcome: 'failed', problem: expect.stringContaining('Europe/Atlantis') }),
    ]);
  });

  it('refuses a plan that is none when it starts, with one sentence', () => {
    expect(() => holder('{"timeZone":"UTC","windows":[{}],"demand":null}')).toThrow(/windows\[0\]/);
    expect(() => holder('no JSON')).toThrow();
  });

  describe('following demand', () => {
    /** Launches at nine on Monday in each of some weeks before, of which one found the pool empty. */
    function launchesOf(weeks: number, count: number): void {
      const Timestamps = Array.from(
        { length: weeks },
        (_, week) => new Date((MONDAY - (week + 1) * WEEK + 9 * 3600 + 1200) * 1000),
      );
      cloudWatch.on(GetMetricDataCommand).callsFake(({ NextToken }) => ({
        MetricDataResults: [
          NextToken === undefined
            ? { Id: 'warmPoolHit', Timestamps, Values: Timestamps.map(() => count - 1) }
            : { Id: 'warmPoolMiss', Timestamps, Values: Timestamps.map(() => 1) },
        ],
        ...(NextToken === undefined ? { NextToken: 'more' } : {}),
      }));
    }

    it('adds launches out of the pool and beside it, and asks CloudWatch once an hour', async () => {
      launchesOf(8, 7);
      const hold = holder({ ...PLAN, windows: [], demand: DEMAND });
      await hold(MONDAY + 9 * 3600);
      expect(group.pool).toMatchObject({ minSize: 7, maxPrepared: 8 });
      await hold(MONDAY + 9 * 3600 + 60);
      expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(2);
      await hold(MONDAY + 12 * 3600);
      expect(group.pool).toMatchObject({ minSize: 0, maxPrepared: 1 });
      expect(cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(4);
      const [first] = cloudWatch.commandCalls(GetMetricDataCommand);
      expect(first?.args[0].input).toMatchObject({
        StartTime: new Date((MONDAY + 9 * 3600 - 8 * WEEK) * 1000),
        MetricDataQueries: [
          { MetricStat: { Period: 300, Stat: 'Sum' } },
          { MetricStat: { Period: 300, Stat: 'Sum' } },
        ],
      });
    });

    it('keeps the configured size with a short past, and with none', async () => {
      launchesOf(2, 7);
      await holder({ ...PLAN, windows: [], demand: DEMAND })(MONDAY + 9 * 3600);
      expect(lines).toEqual([
        expect.objectContaining({ by: 'configured', minSize: 2, outcome: 'as-wanted' }),
      ]);
      cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
      await holder({ ...PLAN, windows: [], demand: DEMAND })(MONDAY + 9 * 3600);
      expect(lines.at(-1)).toMatchObject({ by: 'configured', minSize: 2 });
    });

    it('keeps the configured size, and says why, where CloudWatch does not answer', async () => {
      cloudWatch.on(GetMetricDataCommand).rejects(new Error('no way to CloudWatch'));
      await holder({ ...PLAN, windows: [], demand: DEMAND })(MONDAY + 9 * 3600);
      expect(group.pool).toMatchObject({ minSize: 2 });
      expect(lines).toEqual([
        expect.objectContaining({ outcome: 'failed', problem: expect.stringContaining('no way') }),
      ]);
    });
  });
});
