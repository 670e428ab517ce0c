import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { handle } from 'hono/aws-lambda';
import type { PrewarmApplication } from '../api/application';
import { checkPrewarmBody } from '../api/check-prewarm-body';
import { createRouter } from '../api/router';
import { listKey, newListId, UPLOAD_SECONDS, uploadedList } from '../api/uploaded-list';
import { S3BlobStore } from '../aws/blob-store';
import { ScheduledDeadlines } from '../aws/deadlines';
import { HeaderCipher } from '../aws/header-cipher';
import { SqsTaskQueue } from '../aws/task-queue';
import { uploadLinks } from '../aws/upload-link';
import { type AcceptDeps, acceptRequest } from '../engine/flow/accept';
import { dedupe } from '../engine/flow/dedupe';
import { resizeFleet } from '../engine/flow/fleet-size';
import { stopRequest } from '../engine/flow/stop';
import { requestId } from '../engine/model/ids';
import { createPopDirectory, parseExtraPops } from '../engine/pops/pop-directory';
import { DigestedUrls } from '../runtime/seen-urls';
import { apiSettings, readSettings } from '../settings';
import { givenEdgesIn, openEdges } from './edges';
import { findDistribution } from './find-distribution';
import { reportWhenEnded } from './report-when-ended';
import { clock, log, openFleet, openTables } from './runtime';

const settings = readSettings(apiSettings, process.env);
const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
const { resolver, policy } = openEdges(settings, givenEdgesIn(blobs, settings));
const cipher = new HeaderCipher(new KMSClient({}), settings.HEADERS_KEY_ARN);
const { requests, pops } = openTables(settings, {
  headers: { seal: (id, headers) => cipher.seal(id, headers) },
});
const queue = new SqsTaskQueue(new SQSClient({}), {
  url: settings.QUEUE_URL,
  deadLetterUrl: settings.DEAD_LETTER_QUEUE_URL,
  log,
});
const fleet = openFleet(settings);
const directory = createPopDirectory({ extraCodes: parseExtraPops(settings.WARMPATH_EXTRA_POPS) });
const lambda = new LambdaClient({});
const accepting: AcceptDeps = {
  requests,
  blobs,
  fleet,
  clock,
  deadlines: new ScheduledDeadlines(new SchedulerClient({}), {
    group: settings.SCHEDULE_GROUP,
    roleArn: settings.SCHEDULE_ROLE_ARN,
    functionArn: settings.SHUTDOWN_FUNCTION_ARN,
    failedEventsArn: settings.FAILED_EVENTS_ARN,
  }),
  newId: () => requestId(randomUUID()),
  dedupe: (urls) => dedupe(urls, new DigestedUrls()),
};

/** Lists are put into the bucket, whose life cycle removes them after a day. */
const uploadLink = uploadLinks(settings.BUCKET);

/**
 * Sizes the fleet for the active requests. The request is stored by now, and a client that is told of a failure would send it
 * again: what went wrong is a warning.
 */
async function sizeFleet(): Promise<readonly string[]> {
  try {
    await resizeFleet({ requests, fleet });
    return [];
  } catch (error) {
    log.error('fleet-not-sized', { error: String(error) });
    return [
      'the request is stored, but the fleet could not be sized; POST /instances sets it, and so does the next request',
    ];
  }
}

const application: PrewarmApplication = {
  parse: (body) =>
    checkPrewarmBody(body, {
      directory,
      resolver,
      policy,
      findDistribution,
      unknownFields: 'ignore',
      openList: (listId) => uploadedList(blobs, listId),
      ...(settings.MAX_URLS === undefined ? {} : { maxUrls: Number(settings.MAX_URLS) }),
    }),
  createList: async () => {
    const listId = newListId();
    return {
      listId,
      url: await uploadLink(listKey(listId), UPLOAD_SECONDS),
      expiresAt: clock.now() + UPLOAD_SECONDS * 1_000,
    };
  },
  submit: async ({ spec, urls }) => {
    const { record } = await acceptRequest(accepting, spec, urls);
    return { record, warnings: await sizeFleet() };
  },
  find: (id) => requests.get(id),
  pops: (id) => pops.all(id),
  list: (page) => requests.list(page),
  stop: async (id) => {
    const stopped = await stopRequest(requests, id, 'asked');
    await reportWhenEnded({ requests, lambda, functionName: settings.REPORT_FUNCTION_NAME }, id);
    return stopped;
  },
  queueDepth: () => queue.depth(),
  fleet,
  waitsForCapacity: async () => (await fleet.capacity()) === 0,
  blobs,
  reportDelivery: 'redirect',
  directory,
  log,
  now: () => clock.now(),
};

/** Handles API Gateway's proxy events. */
export const handler = handle(createRouter(application));
