import type { GroupTrouble, ImageBuild, InstanceLaunch, StartEvent, TaskRunning } from './events';

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
  switch (event['detail-type']) {
    case 'ECS Task State Change':
      return measureTask(event);
    case 'EC2 Instance-launch Lifecycle Action':
      return measureLaunch(event);
    case 'EC2 Instance Launch Unsuccessful':
      return failure(event.id, 'LaunchFailed', groupOf(event));
    case 'EC2 Auto Scaling Instance Refresh Failed':
      return failure(event.id, 'RefreshFailed', groupOf(event));
    case 'EC2 Image Builder Image State Change':
      return measureBuild(event);
  }
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

function measureBuild({ id, resources: [image], detail }: ImageBuild): Measurement | undefined {
  if (detail.state.status !== 'FAILED' || image === undefined) return undefined;
  // arn:aws:imagebuilder:<region>:<account>:image/<recipe>/<version>/<build>
  const [, recipe = image] = image.split('/');
  return failure(id, 'GoldenAmiFailed', { Recipe: recipe });
}

function failure(key: string, name: string, dimensions: Readonly<Record<string, string>>): Measurement {
  const dimensionSets = [Object.keys(dimensions)];
  return { key, dimensionSets, dimensions, metrics: { [name]: { unit: 'Count', value: 1 } } };
}

function groupOf({ detail }: GroupTrouble): Readonly<Record<string, string>> {
  return { AutoScalingGroupName: detail.AutoScalingGroupName };
}

/** Clocks of agent and service may differ by a little: a negative span counts as none. */
function seconds(fromMillis: number, toMillis: number): MetricValue {
  return { unit: 'Seconds', value: Math.max(0, (toMillis - fromMillis) / 1000) };
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
