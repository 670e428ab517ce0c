import type { Measurement } from './measurement';

/**
 * One log line that CloudWatch Logs turns into metrics, without a call to any API.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(namespace: string, nowMillis: number, measurement: Measurement): string {
  const { dimensionSets, dimensions, metrics, key } = measurement;
  return JSON.stringify({
    _aws: {
      Timestamp: nowMillis,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: dimensionSets,
          Metrics: Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
    start: key,
  });
}
