import { CloudwatchLogMetricFilter } from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import type { Construct } from 'constructs';
import { METRICS_NAMESPACE } from './watched';

const PREPULL = '$.event = "prepull"';

/** What is read of the line that each boot writes. */
const FILTERS = {
  PrepullFailed: { pattern: `{ (${PREPULL}) && ($.result = "failed") }`, value: '1', unit: 'Count' },
  PrepullSeconds: { pattern: `{ ${PREPULL} }`, value: '$.seconds', unit: 'Seconds' },
  InstanceFreeMib: { pattern: `{ ${PREPULL} }`, value: '$.freeMib', unit: 'Megabytes' },
} as const;

/** Metrics of the pre-pull by group, made by CloudWatch Logs of the lines that instances send: nothing is installed there. */
export function addPrepullMetrics(scope: Construct, logGroupName: string): void {
  for (const [name, { pattern, value, unit }] of Object.entries(FILTERS)) {
    new CloudwatchLogMetricFilter(scope, name, {
      name,
      logGroupName,
      pattern,
      metricTransformation: {
        name,
        namespace: METRICS_NAMESPACE,
        value,
        unit,
        dimensions: { AutoScalingGroupName: '$.group' },
      },
    });
  }
}
