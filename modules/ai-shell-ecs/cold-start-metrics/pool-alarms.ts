import { type AlarmSpec, METRICS_NAMESPACE, type Watched } from './watched';

const NOT_WARM = 'The warm pool stays below its minimum: read the pre-pull line of an instance that left';
const MISSED =
  'Instances were launched cold because the pool was empty: raise its minSize, unless the group is new';

/** Alarms on the warm pool. Where its size is planned by time, they compare with the size that it has at the moment. */
export function poolAlarmSpecs(watched: Watched): Readonly<Record<string, AlarmSpec>> {
  const { groupName, isPoolPlanned, warmPoolMinSize } = watched;
  if (warmPoolMinSize === undefined) return {};
  const dimensions = { AutoScalingGroupName: groupName };
  if (isPoolPlanned) return plannedPoolAlarms(dimensions);
  return {
    'pool-not-warm': {
      alarmDescription: NOT_WARM,
      namespace: 'AWS/AutoScaling',
      metricName: 'WarmPoolWarmedCapacity',
      dimensions,
      statistic: 'Minimum',
      period: 60,
      evaluationPeriods: 15,
      comparisonOperator: 'LessThanThreshold',
      threshold: warmPoolMinSize,
      // A new group has no data at first; from then on a cold pool says 0 every minute.
      treatMissingData: 'notBreaching',
    },
    'pool-missed': {
      alarmDescription: MISSED,
      namespace: METRICS_NAMESPACE,
      metricName: 'WarmPoolMiss',
      dimensions,
      statistic: 'Sum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: 'notBreaching',
    },
  };
}

function plannedPoolAlarms(dimensions: Record<string, string>): Readonly<Record<string, AlarmSpec>> {
  function metric(id: string, namespace: string, metricName: string, stat: string, period: number) {
    return { id, metric: { namespace, metricName, dimensions, stat, period } };
  }
  return {
    'pool-not-warm': {
      alarmDescription: NOT_WARM,
      metricQuery: [
        metric('warmed', 'AWS/AutoScaling', 'WarmPoolWarmedCapacity', 'Minimum', 60),
        metric('least', 'AWS/AutoScaling', 'WarmPoolMinSize', 'Minimum', 60),
        {
          id: 'lacking',
          expression: 'least - warmed',
          label: 'Instances that the pool lacks',
          returnData: true,
        },
      ],
      evaluationPeriods: 15,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: 'notBreaching',
    },
    'pool-missed': {
      alarmDescription: `${MISSED}; launches while it is to be empty do not count`,
      metricQuery: [
        metric('missed', METRICS_NAMESPACE, 'WarmPoolMiss', 'Sum', 300),
        metric('least', 'AWS/AutoScaling', 'WarmPoolMinSize', 'Minimum', 300),
        {
          id: 'unwanted',
          expression: 'IF(least > 0, missed, 0)',
          label: 'Launches that a pool should have served',
          returnData: true,
        },
      ],
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: 'notBreaching',
    },
  };
}
