import * as fc from 'fast-check';
import { embeddedMetrics } from '../../../lambdas/metrics/embedded-metrics';
import { startEvent } from '../../../lambdas/task-start-metrics/events';
import { measure } from '../../../lambdas/task-start-metrics/measurement';
import { groupTroubleEvent, imageBuildEvent, instanceLaunchEvent, taskRunningEvent } from './events';

describe('measure(): a running task', () => {
  it('splits the start into placement, pull and container start', () => {
    const metrics = measure(
      startEvent.parse(
        taskRunningEvent({
          createdAt: '2026-11-01T10:00:00.000Z',
          pullStartedAt: '2026-11-01T10:00:18.500Z',
          pullStoppedAt: '2026-11-01T10:00:22.500Z',
          startedAt: '2026-11-01T10:00:24.000Z',
        }),
      ),
    )?.metrics;
    expect(metrics).toEqual({
      TaskStartSeconds: { unit: 'Seconds', value: 24 },
      PlacementSeconds: { unit: 'Seconds', value: 18.5 },
      ImagePullSeconds: { unit: 'Seconds', value: 4 },
      ContainerStartSeconds: { unit: 'Seconds', value: 1.5 },
      ImageCacheHit: { unit: 'Count', value: 0 },
    });
  });

  it('takes a start without pull times for a hit, and measures no pull', () => {
    const metrics = measure(
      startEvent.parse(
        taskRunningEvent({ createdAt: '2026-11-01T10:00:00Z', startedAt: '2026-11-01T10:00:00.800Z' }),
      ),
    )?.metrics;
    expect(metrics).toEqual({
      TaskStartSeconds: { unit: 'Seconds', value: 0.8 },
      PlacementSeconds: { unit: 'Seconds', value: 0.8 },
      ImageCacheHit: { unit: 'Count', value: 1 },
    });
  });

  it('names cluster, capacity provider and family without ARN or revision', () => {
    expect(measure(startEvent.parse(taskRunningEvent({})))?.dimensions).toEqual({
      Cluster: 'shell-ecs',
      CapacityProvider: 'shell-capacity',
      TaskFamily: 'shell-shell',
    });
  });

  it('says nothing before the task has started', () => {
    expect(measure(startEvent.parse(taskRunningEvent({ startedAt: undefined })))).toBeUndefined();
    expect(measure(startEvent.parse(taskRunningEvent({ lastStatus: 'PENDING' })))).toBeUndefined();
  });

  it('has no negative part, whatever the clocks say', () => {
    const instant = fc.integer({ min: 0, max: 1e6 }).map(iso);
    const times = fc.record({
      createdAt: instant,
      startedAt: instant,
      pullStartedAt: fc.option(instant, { nil: undefined }),
      pullStoppedAt: fc.option(instant, { nil: undefined }),
    });
    fc.assert(
      fc.property(times, (detail) => {
        const event = startEvent.parse(taskRunningEvent(detail));
        const metrics = Object.values(measure(event)?.metrics ?? {});
        expect(metrics.length).toBeGreaterThan(0);
        expect(metrics.every(({ value }) => value >= 0)).toBe(true);
      }),
    );
  });

  it('has parts that add up to the whole when the times are in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 4, maxLength: 4 }), (unsorted) => {
        const [createdAt, pullStartedAt, pullStoppedAt, startedAt] = unsorted.sort((a, b) => a - b).map(iso);
        const event = startEvent.parse(
          taskRunningEvent({ createdAt, pullStartedAt, pullStoppedAt, startedAt }),
        );
        function of(name: string) {
          return measure(event)?.metrics[name]?.value ?? Number.NaN;
        }
        const parts = of('PlacementSeconds') + of('ImagePullSeconds') + of('ContainerStartSeconds');
        expect(parts).toBeCloseTo(of('TaskStartSeconds'), 6);
      }),
    );
  });
});

describe('measure(): an instance that goes into service', () => {
  it.each([
    ['WarmPool', 1, 0],
    ['EC2', 0, 1],
  ])('from %s counts %i hit and %i miss', (Origin, hit, miss) => {
    const metrics = measure(startEvent.parse(instanceLaunchEvent({ Origin })))?.metrics;
    expect(metrics?.['WarmPoolHit']?.value).toBe(hit);
    expect(metrics?.['WarmPoolMiss']?.value).toBe(miss);
  });

  it('is not counted while it only enters the pool', () => {
    const event = instanceLaunchEvent({ Origin: 'EC2', Destination: 'WarmPool' });
    expect(measure(startEvent.parse(event))).toBeUndefined();
  });
});

describe('measure(): trouble', () => {
  it.each([
    ['EC2 Instance Launch Unsuccessful', 'LaunchFailed'],
    ['EC2 Auto Scaling Instance Refresh Failed', 'RefreshFailed'],
    ['EC2 Auto Scaling Instance Refresh Rollback Started', 'RefreshFailed'],
    ['EC2 Auto Scaling Instance Refresh Rollback Failed', 'RefreshFailed'],
  ])('counts %s as %s of its group', (detailType, metric) => {
    const measurement = measure(startEvent.parse(groupTroubleEvent(detailType)));
    expect(measurement?.metrics).toEqual({ [metric]: { unit: 'Count', value: 1 } });
    expect(measurement?.dimensions).toEqual({ AutoScalingGroupName: 'shell-ecs-asg' });
  });

  it('counts a failed build of the golden AMI by its recipe, and no other state', () => {
    expect(measure(startEvent.parse(imageBuildEvent('FAILED')))?.dimensions).toEqual({
      Recipe: 'shell-golden-ami',
    });
    expect(measure(startEvent.parse(imageBuildEvent('AVAILABLE')))).toBeUndefined();
  });
});

describe('startEvent', () => {
  it('refuses a time that is none, and events of other kinds', () => {
    expect(startEvent.safeParse(taskRunningEvent({ createdAt: 'yesterday' })).success).toBe(false);
    expect(startEvent.safeParse({ 'detail-type': 'Scheduled Event', detail: {} }).success).toBe(false);
  });
});

describe('embeddedMetrics()', () => {
  const measurement = measure(startEvent.parse(taskRunningEvent({})));
  const line: Record<string, unknown> & { _aws: { CloudWatchMetrics: EmfDirective[]; Timestamp: number } } =
    JSON.parse(embeddedMetrics({ namespace: 'Warmpath/Ecs', timestamp: 1_700_000_000_000, ...measurement! }));
  const directive = line._aws.CloudWatchMetrics[0]!;

  it('puts a value beside every metric and every dimension that it declares', () => {
    const declared = [...directive.Dimensions.flat(), ...directive.Metrics.map(({ Name }) => Name)];
    expect(declared.filter((name) => line[name] === undefined)).toEqual([]);
  });

  it('carries namespace, time and unit', () => {
    expect(directive.Namespace).toBe('Warmpath/Ecs');
    expect(line._aws.Timestamp).toBe(1_700_000_000_000);
    expect(directive.Metrics).toContainEqual({ Name: 'TaskStartSeconds', Unit: 'Seconds' });
  });
});

interface EmfDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

function iso(epochMillis: number): string {
  return new Date(epochMillis).toISOString();
}
