export interface MetricValue {
  readonly unit: 'Seconds' | 'Milliseconds' | 'Bytes' | 'Count' | 'Percent';
  readonly value: number;
}

/** Metrics of one log line, which share dimensions and a time. */
export interface MetricLine {
  readonly namespace: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Each list names the dimensions of one metric per value. @default - all dimensions together */
  readonly dimensionSets?: readonly (readonly string[])[];
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /** Texts that can be searched for in the log and are no dimension. @default - none */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * Returns a log line from which CloudWatch Logs makes metrics, without a call to any API.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(line: MetricLine): string {
  const { namespace, timestamp, dimensions, metrics, properties } = line;
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: line.dimensionSets ?? [Object.keys(dimensions)],
          Metrics: Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...properties,
    ...Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
  });
}
