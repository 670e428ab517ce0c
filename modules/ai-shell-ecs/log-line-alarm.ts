import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE } from './cold-start-metrics/watched';
import type { AiShellEcsSettings } from './settings';

export interface LogLineAlarmProps {
  readonly settings: AiShellEcsSettings;
  /** Auto Scaling group, which the lines name as `group`. */
  readonly groupName: string;
  readonly metric: string;
  readonly logGroupName: string;
  /** Pattern of a metric filter, of the lines that count. */
  readonly pattern: string;
  readonly description: string;
  /** `any`: at the first line. `none-for-30-minutes`: where the lines that have to come do not. */
  readonly when: 'any' | 'none-for-30-minutes';
}

/** An alarm on lines of a log, `<name>-<id>`. */
export function logLineAlarm(scope: Construct, id: string, props: LogLineAlarmProps): CloudwatchMetricAlarm {
  const { description, groupName, logGroupName, metric, pattern, settings, when } = props;
  const { alarmTopicArns = [] } = settings.given.coldStartMetrics || {};
  new CloudwatchLogMetricFilter(scope, `${id}-filter`, {
    name: metric,
    logGroupName,
    pattern,
    metricTransformation: {
      name: metric,
      namespace: METRICS_NAMESPACE,
      value: '1',
      unit: 'Count',
      dimensions: { AutoScalingGroupName: '$.group' },
    },
  });
  const actions = [...alarmTopicArns];
  return new CloudwatchMetricAlarm(scope, id, {
    alarmName: `${settings.name}-${id}`,
    alarmDescription: description,
    namespace: METRICS_NAMESPACE,
    metricName: metric,
    dimensions: { AutoScalingGroupName: groupName },
    statistic: 'Sum',
    period: 300,
    ...(when === 'any'
      ? {
          evaluationPeriods: 1,
          comparisonOperator: 'GreaterThanThreshold',
          threshold: 0,
          treatMissingData: 'notBreaching',
        }
      : {
          evaluationPeriods: 6,
          comparisonOperator: 'LessThanThreshold',
          threshold: 1,
          // Of a program that does not run there are no lines, and so no data.
          treatMissingData: 'breaching',
        }),
    tags: settings.tags,
    ...(actions.length === 0 ? {} : { alarmActions: actions, okActions: actions }),
  });
}

/** Rings where the function that sizes the pool does not run, may not, or is refused for half an hour. */
export function poolOffSizeAlarm(
  scope: Construct,
  props: Pick<LogLineAlarmProps, 'settings' | 'groupName' | 'logGroupName'>,
): CloudwatchMetricAlarm {
  return logLineAlarm(scope, 'pool-off-size', {
    ...props,
    metric: 'WarmPoolAsWanted',
    pattern: '{ ($.event = "warm-pool") && ($.outcome = "as-wanted") }',
    description:
      'For half an hour nobody saw the warm pool at the size that it is to have: read the last lines of the function that sizes it; ' +
      'an instance refresh lets nobody do so while it runs',
    when: 'none-for-30-minutes',
  });
}
