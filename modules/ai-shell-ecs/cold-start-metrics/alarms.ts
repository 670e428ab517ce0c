import type { CloudwatchMetricAlarmConfig } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';

export const METRICS_NAMESPACE = 'Warmpath/Ecs';

/** What the alarms and the dashboard look at. */
export interface Watched {
  readonly name: string;
  readonly clusterName: string;
  readonly groupName: string;
  readonly capacityProviderName: string;
  readonly functionName: string;
  readonly slowStartSeconds: number;
  /** `undefined` without a warm pool. */
  readonly warmPoolMinSize: number | undefined;
}

type AlarmSpec = Omit<CloudwatchMetricAlarmConfig, 'alarmName' | 'evaluationPeriods'> & {
  readonly evaluationPeriods: number;
};

const BELOW = 'LessThanThreshold';
const ABOVE = 'GreaterThanThreshold';

/** Alarms by their id; the id is also the end of their name. Each description says what to do. */
export function alarmSpecs(watched: Watched): Readonly<Record<string, AlarmSpec>> {
  const ours = { namespace: METRICS_NAMESPACE, treatMissingData: 'notBreaching' };
  const cluster = { Cluster: watched.clusterName };
  const group = { AutoScalingGroupName: watched.groupName };
  return {
    'slow-start': {
      ...ours,
      alarmDescription: 'Tasks start slowly: look at the phases on the dashboard to see where the time goes',
      metricName: 'TaskStartSeconds',
      dimensions: cluster,
      extendedStatistic: 'p95',
      period: 300,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      comparisonOperator: ABOVE,
      threshold: watched.slowStartSeconds,
    },
    'image-pulled-at-start': {
      ...ours,
      alarmDescription: 'A task had to pull its image: compare the digests of task definition and pre-pull',
      metricName: 'ImageCacheHit',
      dimensions: cluster,
      statistic: 'Minimum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: BELOW,
      threshold: 1,
    },
    'capacity-short': {
      alarmDescription: 'Tasks wait for instances: raise maxSize, or look for failed launches',
      namespace: 'AWS/ECS/ManagedScaling',
      metricName: 'CapacityProviderReservation',
      dimensions: { ClusterName: watched.clusterName, CapacityProviderName: watched.capacityProviderName },
      statistic: 'Average',
      period: 60,
      evaluationPeriods: 10,
      comparisonOperator: ABOVE,
      threshold: 100,
      treatMissingData: 'notBreaching',
    },
    'metrics-function-errors': {
      alarmDescription: 'Starts are not measured: read the log of the function',
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: { FunctionName: watched.functionName },
      statistic: 'Sum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: ABOVE,
      threshold: 0,
      treatMissingData: 'notBreaching',
    },
    ...(watched.warmPoolMinSize === undefined
      ? {}
      : {
          'pool-not-warm': {
            alarmDescription:
              'The warm pool stays below its minimum: read the pre-pull line of an instance that left',
            namespace: 'AWS/AutoScaling',
            metricName: 'WarmPoolWarmedCapacity',
            dimensions: group,
            statistic: 'Minimum',
            period: 60,
            evaluationPeriods: 15,
            comparisonOperator: BELOW,
            threshold: watched.warmPoolMinSize,
            treatMissingData: 'breaching',
          },
          'pool-missed': {
            ...ours,
            alarmDescription: 'Instances were launched cold because the pool was empty: raise its minSize',
            metricName: 'WarmPoolMiss',
            dimensions: group,
            statistic: 'Sum',
            period: 300,
            evaluationPeriods: 1,
            comparisonOperator: ABOVE,
            threshold: 0,
          },
        }),
  };
}
