import type { MetricValue } from '../metrics/embedded-metrics';
import type { GroupTrouble, ImageBuild, InstanceLaunch, StartEvent, TaskRunning } from './events';
import type { InstanceOrigin } from './instance-origin';
import { spansOf } from './task-start';

/** Metrics of one start. The key is the same for every delivery and every later event of the same start. */
export interface Measurement {
  readonly key: string;
  /** Each list is a set of dimensions that the metrics are aggregated by. */
  readonly dimensionSets: readonly (readonly string[])[];
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/**
 * Returns what an event says about a start; `undefined` when it says nothing yet, or nothing of interest.
 * @param origin of the instance under the task that started, where it is known
 */
export function measure(event: StartEvent, origin?: InstanceOrigin): Measurement | undefined {
  switch (event['detail-type']) {
    case 'ECS Task State Change':
      return measureTask(event, origin);
    case 'EC2 Instance-launch Lifecycle Action':
      return measureLaunch(event);
    case 'EC2 Instance Launch Unsuccessful':
      return failure(event.id, 'LaunchFailed', groupOf(event));
    case 'EC2 Auto Scaling Instance Refresh Failed':
    case 'EC2 Auto Scaling Instance Refresh Rollback Started':
    case 'EC2 Auto Scaling Instance Refresh Rollback Failed':
      return failure(event.id, 'RefreshFailed', groupOf(event));
    case 'EC2 Image Builder Image State Change':
      return measureBuild(event);
  }
}

function measureTask({ detail }: TaskRunning, origin: InstanceOrigin | undefined): Measurement | undefined {
  const spans = detail.lastStatus === 'RUNNING' ? spansOf(detail) : undefined;
  if (spans === undefined) return undefined;
  const { totalSeconds, placementSeconds, pull } = spans;
  return {
    key: detail.taskArn,
    dimensionSets: [
      ['Cluster', 'CapacityProvider'],
      ['Cluster', 'CapacityProvider', 'TaskFamily'],
    ],
    dimensions: {
      Cluster: lastSegment(detail.clusterArn),
      CapacityProvider: detail.capacityProviderName ?? 'none',
      TaskFamily: lastSegment(detail.taskDefinitionArn).replace(/:\d+$/, ''),
    },
    metrics: {
      TaskStartSeconds: seconds(totalSeconds),
      PlacementSeconds: seconds(placementSeconds),
      ImageCacheHit: count(pull === undefined),
      ...(pull === undefined
        ? {}
        : {
            ImagePullSeconds: seconds(pull.pullSeconds),
            ContainerStartSeconds: seconds(pull.containerStartSeconds),
          }),
      ...(origin === undefined ? {} : { WarmPoolHit: count(origin === 'warm-pool') }),
    },
  };
}

/**
 * Shells that end once their instance has drained for 48 hours.
 * @param longestHours in hours, as CloudWatch has no such unit: the metric's is Count
 */
export function drainingMeasurement(
  cluster: string,
  capacityProvider: string,
  shells: number,
  longestHours: number,
): Pick<Measurement, 'dimensions' | 'metrics'> {
  return {
    dimensions: { Cluster: cluster, CapacityProvider: capacityProvider },
    metrics: {
      DrainingShells: { unit: 'Count', value: shells },
      DrainingShellHours: { unit: 'Count', value: longestHours },
    },
  };
}

/** Returns whether an instance that goes into service came from the warm pool or was launched cold. */
function measureLaunch({ detail }: InstanceLaunch): Measurement | undefined {
  if (detail.Destination !== 'AutoScalingGroup') return undefined;
  const isHit = detail.Origin === 'WarmPool';
  return {
    key: detail.LifecycleActionToken,
    dimensionSets: [['AutoScalingGroupName']],
    dimensions: { AutoScalingGroupName: detail.AutoScalingGroupName },
    metrics: {
      WarmPoolHit: count(isHit),
      WarmPoolMiss: count(!isHit),
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
  return { key, dimensionSets, dimensions, metrics: { [name]: count(true) } };
}

function groupOf({ detail }: GroupTrouble): Readonly<Record<string, string>> {
  return { AutoScalingGroupName: detail.AutoScalingGroupName };
}

function seconds(value: number): MetricValue {
  return { unit: 'Seconds', value };
}

function count(happened: boolean): MetricValue {
  return { unit: 'Count', value: happened ? 1 : 0 };
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
