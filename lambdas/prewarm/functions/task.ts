import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { S3BlobStore } from '../aws/blob-store';
import { CloudFrontInvalidator } from '../aws/invalidator';
import { SqsTaskQueue } from '../aws/task-queue';
import { type PlanDeps, planRequest } from '../engine/flow/plan';
import { resolvePops } from '../engine/flow/resolve-pops';
import type { RequestId } from '../engine/model/ids';
import { readSettings, taskSettings } from '../settings';
import { givenEdgesIn, openEdges } from './edges';
import { reportWhenEnded } from './report-when-ended';
import { requestIdOfEvent } from './request-event';
import { clock, log, openTables } from './runtime';
import { budgetOf } from './step-bounds';
import { requestIdOfRecord, runPerRequest } from './stream-batch';

/** Event of a call of this function by itself. */
interface PlanEvent {
  readonly requestId: RequestId;
}

const settings = readSettings(taskSettings, process.env);
const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
const { resolver } = openEdges(settings, givenEdgesIn(blobs, settings));
const { requests, pops } = openTables(settings);
const lambda = new LambdaClient({});
const deps: PlanDeps = {
  requests,
  pops,
  blobs,
  queue: new SqsTaskQueue(new SQSClient({}), {
    url: settings.QUEUE_URL,
    deadLetterUrl: settings.DEAD_LETTER_QUEUE_URL,
    log,
  }),
  invalidator: new CloudFrontInvalidator(new CloudFrontClient({}), {
    waitMs: Number(settings.INVALIDATION_WAIT_SECONDS) * 1000,
    clock,
  }),
  clock,
  log,
  resolvePops: (distributionDomain, codes) => resolvePops(distributionDomain, codes, { resolver }),
};

async function plan(id: RequestId, context: Context): Promise<void> {
  await planRequest(deps, id, budgetOf(context));
  await reportWhenEnded({ requests, lambda, functionName: settings.REPORT_FUNCTION_NAME }, id);
}

/** Returns true for a request whose next piece of work is to wait for an invalidation. */
async function waitsForInvalidation(id: RequestId): Promise<boolean> {
  const record = await requests.get(id);
  return record?.status === 'CHECK_POP' && record.spec.needInvalidate;
}

/** Calls this function again, without waiting for it. */
async function waitElsewhere(id: RequestId, { functionName }: Context): Promise<void> {
  const event: PlanEvent = { requestId: id };
  await lambda.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'Event',
      Payload: JSON.stringify(event),
    }),
  );
}

/**
 * CHECK_POP to IN-PROGRESS; goes on from the stored cursor, as Get Size does. An invalidation takes minutes, and a batch of the
 * stream that waits for one keeps the requests behind it waiting, too: it is waited for in a call of its own, whose last write
 * is the record that goes on from there.
 */
export async function handler(
  event: DynamoDBStreamEvent | PlanEvent,
  context: Context,
): Promise<DynamoDBBatchResponse | undefined> {
  if (!('Records' in event)) {
    await plan(requestIdOfEvent(event), context);
    return undefined;
  }
  return runPerRequest(event, requestIdOfRecord, log, async ({ id }) => {
    await ((await waitsForInvalidation(id)) ? waitElsewhere(id, context) : plan(id, context));
  });
}
