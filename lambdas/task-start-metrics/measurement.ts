import type { InstanceLaunch, StartEvent, TaskRunning } from './events';

/** Metrics of one start. The key is the same for every delivery and every later event of the same start. */
export interface Measurement {
  readonly key: string;
  /** Each list is a set of dimensions that the metrics are aggregated by. */
  readonly dimensionSets: readonly (readonly string[])[];
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

export interface MetricValue {
  readonly unit: 'Seconds' | 'Count';
  readonly value: number;
}

/** What an event says about a start; `undefined` when it says nothing yet, or nothing of interest. */
export function measure(event: StartEvent): Measurement | undefined {
  return event['detail-type'] === 'ECS Task State Change' ? measureTask(event) : measureLaunch(event);
}

/**
 * Where the time of a task's start went. A container that starts from the instance's disk has no pull times at all, which
 * is how a hit is told; then the whole time to the start is placement.
 */
function measureTask({ detail }: TaskRunning): Measurement | undefined {
  const { createdAt, startedAt, pullStartedAt, pullStoppedAt } = detail;
  if (detail.lastStatus !== 'RUNNING' || startedAt === undefined) return undefined;
  const pulled = pullStartedAt !== undefined && pullStoppedAt !== undefined;
  return {
    key: detail.taskArn,
    dimensionSets: [['Cluster'], ['Cluster', 'CapacityProvider', 'TaskFamily']],
    dimensions: {
      Cluster: lastSegment(detail.clusterArn),
      CapacityProvider: detail.capacityProviderName ?? 'none',
      TaskFamily: lastSegment(detail.taskDefinitionArn).replace(/:\d+$/, ''),
    },
    metrics: {
      TaskStartSeconds: seconds(createdAt, startedAt),
      PlacementSeconds: seconds(createdAt, pullStartedAt ?? startedAt),
      ImageCacheHit: { unit: 'Count', value: pulled ? 0 : 1 },
      ...(pulled
        ? {
            ImagePullSeconds: seconds(pullStartedAt, pullStoppedAt),
            ContainerStartSeconds: seconds(pullStoppedAt, startedAt),
          }
        : {}),
    },
  };
}

/** Whether an instance that goes into service came from the warm pool or was launched cold. */
function measureLaunch({ detail }: InstanceLaunch): Measurement | undefined {
  if (detail.Destination !== 'AutoScalingGroup') return undefined;
  const isHit = detail.Origin === 'WarmPool';
  return {
    key: detail.LifecycleActionToken,
    dimensionSets: [['AutoScalingGroupName']],
    dimensions: { AutoScalingGroupName: detail.AutoScalingGroupName },
    metrics: {
      WarmPoolHit: { unit: 'Count', value: isHit ? 1 : 0 },
      WarmPoolMiss: { unit: 'Count', value: isHit ? 0 : 1 },
    },
  };
}

/** Clocks of agent and service may differ by a little: a negative span counts as none. */
function seconds(fromMillis: number, toMillis: number): MetricValue {
  return { unit: 'Seconds', value: Math.max(0, (toMillis - fromMillis) / 1000) };
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
