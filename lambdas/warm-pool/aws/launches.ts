/** Launches of the past, from the metrics that count each of them once. */
import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Launches } from '../plan/demand';

/** CloudWatch keeps this resolution for 63 days. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const BUCKET_SECONDS = 300;
const HISTORY_SECONDS = 8 * 7 * 24 * 3600;
/** A launch out of the pool, and one that found it empty. */
const METRICS = ['WarmPoolHit', 'WarmPoolMiss'] as const;

export interface LaunchesQuery {
  readonly namespace: string;
  readonly group: string;
  readonly nowSeconds: number;
}

/**
 * Returns launches into service in buckets of five minutes, of the last eight weeks, or since the first that was counted. The
 * metrics have a value for each launch and none without, so before the first nothing is known.
 */
export async function readLaunches(
  client: CloudWatchClient,
  { group, namespace, nowSeconds }: LaunchesQuery,
): Promise<Launches> {
  // Whole buckets: the one that is not over yet would look like a calm one.
  const untilSeconds = Math.floor(nowSeconds / BUCKET_SECONDS) * BUCKET_SECONDS;
  const counted = new Map<number, number>();
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date((untilSeconds - HISTORY_SECONDS) * 1000),
        EndTime: new Date(untilSeconds * 1000),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: METRICS.map((MetricName) => ({
          Id: MetricName.charAt(0).toLowerCase() + MetricName.slice(1),
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName,
              Dimensions: [{ Name: 'AutoScalingGroupName', Value: group }],
            },
            Period: BUCKET_SECONDS,
            Stat: 'Sum',
          },
        })),
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
    for (const { Timestamps = [], Values = [] } of page.MetricDataResults ?? [])
      for (const [index, timestamp] of Timestamps.entries()) {
        const bucket = Math.floor(timestamp.getTime() / 1000 / BUCKET_SECONDS);
        counted.set(bucket, (counted.get(bucket) ?? 0) + (Values[index] ?? 0));
      }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const end = untilSeconds / BUCKET_SECONDS;
  const first = [...counted.keys()].reduce((least, bucket) => Math.min(least, bucket), end);
  return {
    sinceSeconds: first * BUCKET_SECONDS,
    bucketSeconds: BUCKET_SECONDS,
    counts: Array.from({ length: end - first }, (_, index) => counted.get(first + index) ?? 0),
  };
}
