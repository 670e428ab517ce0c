import { poolAlarmSpecs } from './pool-alarms';
import { type AlarmSpec, METRICS_NAMESPACE, type Watched } from './watched';

const BELOW = 'LessThanThreshold';
const ABOVE = 'GreaterThanThreshold';

/** Once in five minutes is enough. */
const anyAtAll = {
  statistic: 'Sum',
  period: 300,
  evaluationPeriods: 1,
  comparisonOperator: ABOVE,
  threshold: 0,
} as const;

/** Alarms by their id; the id is also the end of their name. Each description says what to do. */
export function alarmSpecs(watched: Watched): Readonly<Record<string, AlarmSpec>> {
  const ours = { namespace: METRICS_NAMESPACE, treatMissingData: 'notBreaching' };
  // Of this capacity provider alone: others in the cluster have their own alarms, or none.
  const tasks = { Cluster: watched.clusterName, CapacityProvider: watched.capacityProviderName };
  const group = { AutoScalingGroupName: watched.groupName };
  return {
    'slow-start': {
      ...ours,
      alarmDescription: 'Tasks start slowly: look at the phases on the dashboard to see where the time goes',
      metricName: 'TaskStartSeconds',
      dimensions: tasks,
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
      dimensions: tasks,
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
    'launch-failed': {
      ...ours,
      ...anyAtAll,
      alarmDescription: 'An instance failed to launch: its pre-pull ended in ABANDON, or EC2 had no capacity',
      metricName: 'LaunchFailed',
      dimensions: group,
    },
    'prepull-failed': {
      ...ours,
      ...anyAtAll,
      alarmDescription: 'An instance could not get its images: its line in the pre-pull log says why',
      metricName: 'PrepullFailed',
      dimensions: group,
    },
    'disk-low': {
      ...ours,
      alarmDescription:
        'A booting instance has little disk left: enlarge the root volume, or keep fewer old digests',
      metricName: 'InstanceFreeMib',
      dimensions: group,
      statistic: 'Minimum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: BELOW,
      threshold: watched.lowDiskMib,
    },
    'shells-end-soon': {
      ...ours,
      alarmDescription:
        'Shells run on an instance that has drained for 40 hours, and end with it at 48: tell whose they are to start new ones',
      metricName: 'DrainingShellHours',
      dimensions: tasks,
      statistic: 'Maximum',
      // The function looks once an hour.
      period: 3600,
      evaluationPeriods: 1,
      comparisonOperator: ABOVE,
      threshold: 40,
    },
    'events-lost': {
      alarmDescription:
        'An event could not be handled: read it in the queue; a lost push means a stale golden AMI',
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: watched.failedEventsQueue },
      ...anyAtAll,
      statistic: 'Maximum',
      treatMissingData: 'notBreaching',
    },
    'refresh-failed': {
      ...ours,
      ...anyAtAll,
      alarmDescription:
        'An instance refresh failed or rolls back: read its status reason; not every instance has the new version',
      metricName: 'RefreshFailed',
      dimensions: group,
    },
    ...(watched.goldenAmiRecipe === undefined
      ? {}
      : {
          'golden-ami-failed': {
            ...ours,
            ...anyAtAll,
            alarmDescription:
              'The golden AMI was not built: read the log /aws/imagebuilder; instances pull instead',
            metricName: 'GoldenAmiFailed',
            dimensions: { Recipe: watched.goldenAmiRecipe },
          },
        }),
    'metrics-function-errors': {
      alarmDescription: 'Starts are not measured: read the log of the function',
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: { FunctionName: watched.functionName },
      ...anyAtAll,
      treatMissingData: 'notBreaching',
    },
    ...poolAlarmSpecs(watched),
  };
}
