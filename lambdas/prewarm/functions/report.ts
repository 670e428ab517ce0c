import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { S3BlobStore } from '../aws/blob-store';
import { cancelSchedule } from '../aws/deadlines';
import { TopicNotifier } from '../aws/notifier';
import { writeReport } from '../engine/flow/report';
import { type SettleDeps, settleRequest } from '../engine/flow/settle';
import { createPopDirectory, parseExtraPops } from '../engine/pops/pop-directory';
import type { RequestEnded } from '../engine/ports/notifier';
import { WebhookNotifier } from '../net/webhook-notifier';
import { readSettings, reportSettings } from '../settings';
import { emitEnded } from './metrics';
import { requestIdOfEvent } from './request-event';
import { clock, log, openFleet, openTables } from './runtime';

const settings = readSettings(reportSettings, process.env);
const place = { namespace: settings.METRICS_NAMESPACE, deployment: settings.DEPLOYMENT };
const { requests, pops, ledger } = openTables(settings);
const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
const scheduler = new SchedulerClient({});
const topic = new TopicNotifier(new SNSClient({}), settings.TOPIC_ARN, log);
let webhookKey: Promise<Uint8Array> | undefined;

/** Read with the first webhook, again where that failed, and kept then. */
async function keyOfWebhooks(parameter: string): Promise<Uint8Array> {
  webhookKey ??= import('./webhook-key').then(({ readWebhookParameter }) => readWebhookParameter(parameter));
  return webhookKey.catch((error: unknown) => {
    webhookKey = undefined;
    throw error;
  });
}

/** Posts to the request's own URL; where webhooks are to be signed and the secret cannot be read, nothing is sent. */
async function notifyByWebhook(event: RequestEnded): Promise<void> {
  if (event.notifyUrl === undefined) return;
  const { RESOLVER, WEBHOOK_SECRET_PARAMETER: parameter } = settings;
  try {
    const key = parameter === undefined ? undefined : await keyOfWebhooks(parameter);
    const addressPolicy = RESOLVER === undefined ? 'public' : 'any';
    await new WebhookNotifier({ addressPolicy, clock, log, key }).ended(event);
  } catch (error) {
    log.error('webhook-not-signed', { requestId: event.id, error: String(error) });
  }
}

const directory = createPopDirectory({ extraCodes: parseExtraPops(settings.WARMPATH_EXTRA_POPS) });

const deps: SettleDeps = {
  requests,
  fleet: openFleet(settings),
  deadlines: { cancel: (id) => cancelSchedule(scheduler, settings.SCHEDULE_GROUP, id) },
  notifier: {
    ended: async (event) => {
      emitEnded(process.stdout, place, event);
      await Promise.all([topic.ended(event), notifyByWebhook(event)]);
    },
  },
  writeReport: (record) => writeReport({ pops, ledger, blobs, directory }, record),
};

/** Agents look every two seconds whether a request was stopped, and then record what they have done of its slices. */
const RECORDED_AFTER_STOP_MS = 10_000;

/**
 * Settles a request that has ended: removes its deadline, resizes the fleet, writes the report, notifies. Idempotent. The report of
 * one that was stopped waits for what agents were doing.
 */
export async function handler(event: unknown): Promise<void> {
  const id = requestIdOfEvent(event);
  const record = await requests.get(id);
  if (record?.status === 'STOPPED' && record.totals !== undefined) await clock.sleep(RECORDED_AFTER_STOP_MS);
  await settleRequest(deps, id);
}
