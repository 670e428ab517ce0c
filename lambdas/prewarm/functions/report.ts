import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { S3BlobStore } from '../aws/blob-store';
import { cancelSchedule } from '../aws/deadlines';
import { TopicNotifier } from '../aws/notifier';
import { writeReport } from '../engine/flow/report';
import { type SettleDeps, settleRequest } from '../engine/flow/settle';
import { createPopDirectory, parseExtraPops } from '../engine/pops/pop-directory';
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
const webhook = new WebhookNotifier({
  addressPolicy: settings.RESOLVER === undefined ? 'public' : 'any',
  clock,
  log,
});
const directory = createPopDirectory({ extraCodes: parseExtraPops(settings.WARMPATH_EXTRA_POPS) });

const deps: SettleDeps = {
  requests,
  fleet: openFleet(settings),
  deadlines: { cancel: (id) => cancelSchedule(scheduler, settings.SCHEDULE_GROUP, id) },
  notifier: {
    ended: async (event) => {
      emitEnded(process.stdout, place, event);
      await Promise.all([topic.ended(event), webhook.ended(event)]);
    },
  },
  writeReport: (record) => writeReport({ pops, ledger, blobs, directory }, record),
};

/** Settles a request that has ended: removes its deadline, resizes the fleet, writes the report, notifies. Idempotent. */
export function handler(event: unknown): Promise<void> {
  return settleRequest(deps, requestIdOfEvent(event));
}
