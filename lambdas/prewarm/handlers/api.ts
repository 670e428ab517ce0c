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
import { S3BlobStore } from '../aws/blob-store';
import { ScheduledDeadlines } from '../aws/deadlines';
import { HeaderCipher } from '../aws/header-cipher';
import { SqsTaskQueue } from '../aws/task-queue';
import { uploadLinks } from '../aws/upload-link';
import { type AcceptDeps, acceptRequest } from '../domain/flow/accept';
import { dedupe } from '../domain/flow/dedupe';
import { stopRequest } from '../domain/flow/stop';
import { requestId } from '../domain/ids';
import { InvalidRequest } from '../domain/request-parsing/invalid-request';
import { seenInMemory } from '../domain/request-parsing/seen-in-memory';
import { listLines } from '../inputs/list';
import { createPopDirectory } from '../pops/pop-directory';
import { BlobNotFound } from '../ports';
import { apiSettings, readSettings } from '../settings';
import { openEdges } from './edges';
import { reportWhenEnded } from './report-when-ended';
import { clock, log, openFleet, openTables } from './runtime';

const settings = readSettings(apiSettings, process.env);
const { resolver, policy } = openEdges(settings);
const cipher = new HeaderCipher(new KMSClient({}), settings.HEADERS_KEY_ARN);
const { requests, pops } = openTables(settings, {
  headers: { seal: (id, headers) => cipher.seal(id, headers) },
});
const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
const queue = new SqsTaskQueue(new SQSClient({}), {
  url: settings.QUEUE_URL,
  deadLetterUrl: settings.DEAD_LETTER_QUEUE_URL,
  log,
});
const fleet = openFleet(settings);
const directory = createPopDirectory();
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
  }),
  newId: () => requestId(randomUUID()),
  dedupe: (urls) => dedupe(urls, seenInMemory()),
};

/** Uploaded lists are a day old at most when they are asked for; the bucket's life cycle removes them. */
const listKey = (listId: string): string => `lists/${listId}.txt`;
const UPLOAD_SECONDS = 3_600;
const uploadLink = uploadLinks(settings.BUCKET);

async function* uploadedList(listId: string): AsyncGenerator<string> {
  try {
    yield* listLines(blobs.read(listKey(listId)));
  } catch (error) {
    if (!(error instanceof BlobNotFound)) throw error;
    throw new InvalidRequest([
      {
        field: 'list_id',
        got: listId,
        allowed: 'the list_id of a list that was uploaded',
        hint: 'PUT the list to the upload_url first',
      },
    ]);
  }
}

const application: PrewarmApplication = {
  parse: (body) =>
    checkPrewarmBody(body, {
      directory,
      resolver,
      policy,
      openList: uploadedList,
    }),
  createList: async () => {
    const listId = randomUUID();
    return {
      listId,
      url: await uploadLink(listKey(listId), UPLOAD_SECONDS),
      expiresAt: clock.now() + UPLOAD_SECONDS * 1_000,
    };
  },
  submit: async ({ spec, urls }) => (await acceptRequest(accepting, spec, urls)).record,
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
  blobs,
  reportDelivery: 'redirect',
  directory,
  log,
  now: () => clock.now(),
};

/** Answers API Gateway's proxy events. */
export const handler = handle(createRouter(application));
