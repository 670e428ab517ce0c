import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { embeddedMetrics } from '../metrics/embedded-metrics';
import { readOrigins } from './container-instances';
import { CountedStarts } from './counted-starts';
import { findDrainingShells } from './draining-shells';
import { metricsEvent, type StartEvent } from './events';
import { firstSeen } from './first-seen';
import type { InstanceOrigin } from './instance-origin';
import { drainingMeasurement, measure } from './measurement';
import { taskStartMetricsSettings } from './settings';

const settings = taskStartMetricsSettings.parse(process.env);
const dynamo = new DynamoDBClient({});
const counted = new CountedStarts(dynamo, settings.COUNTED_TABLE);
const ecs = new ECSClient({});

/**
 * EventBridge: counts each task start and each instance launch once, and every hour the shells on draining instances. A failure
 * is thrown, so that Lambda tries again.
 */
export async function handler(event: unknown): Promise<void> {
  const parsed = metricsEvent.parse(event);
  if (parsed['detail-type'] === 'Scheduled Event') await countDrainingShells(Date.now());
  else await countStart(parsed);
}

async function countStart(start: StartEvent): Promise<void> {
  const measurement = measure(start, await originUnder(start));
  const now = Date.now();
  if (measurement !== undefined && (await counted.isFirst(measurement.key, now))) {
    // Not by console: with the JSON log format it would wrap the line, and CloudWatch finds no metrics inside.
    const { key, ...metrics } = measurement;
    const line = {
      namespace: settings.METRICS_NAMESPACE,
      timestamp: now,
      ...metrics,
      properties: { start: key },
    };
    process.stdout.write(`${embeddedMetrics(line)}\n`);
  }
}

async function countDrainingShells(nowMillis: number): Promise<void> {
  const { shells, longestHours } = await findDrainingShells({
    ecs,
    cluster: settings.CLUSTER,
    capacityProvider: settings.CAPACITY_PROVIDER,
    firstSeen: (key) => firstSeen(dynamo, settings.COUNTED_TABLE, key, nowMillis),
    nowMillis,
  });
  const line = drainingMeasurement(settings.CLUSTER, settings.CAPACITY_PROVIDER, shells, longestHours);
  process.stdout.write(
    `${embeddedMetrics({ namespace: settings.METRICS_NAMESPACE, timestamp: nowMillis, ...line })}\n`,
  );
}

/** Asked before the start counts as seen: a failure here must leave it to the next try. */
async function originUnder(event: StartEvent): Promise<InstanceOrigin | undefined> {
  if (event['detail-type'] !== 'ECS Task State Change') return undefined;
  const { clusterArn, containerInstanceArn, startedAt } = event.detail;
  if (containerInstanceArn === undefined || startedAt === undefined) return undefined;
  return (await readOrigins(ecs, clusterArn, [containerInstanceArn])).get(containerInstanceArn);
}
