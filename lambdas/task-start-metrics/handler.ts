import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CountedStarts } from './counted-starts';
import { embeddedMetrics } from './embedded-metrics';
import { startEvent } from './events';
import { measure } from './measurement';
import { taskStartMetricsSettings } from './settings';

const settings = taskStartMetricsSettings.parse(process.env);
const counted = new CountedStarts(new DynamoDBClient({}), settings.COUNTED_TABLE);

/** EventBridge: counts each task start and each instance launch once. A failure is thrown, so that Lambda tries again. */
export async function handler(event: unknown): Promise<void> {
  const measurement = measure(startEvent.parse(event));
  const now = Date.now();
  if (measurement !== undefined && (await counted.isFirst(measurement.key, now))) {
    console.log(embeddedMetrics(settings.METRICS_NAMESPACE, now, measurement));
  }
}
