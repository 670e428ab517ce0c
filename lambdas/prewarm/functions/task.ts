import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { S3BlobStore } from '../aws/blob-store';
import { CloudFrontInvalidator } from '../aws/invalidator';
import { SqsTaskQueue } from '../aws/task-queue';
import { type PlanDeps, planRequest } from '../engine/flow/plan';
import { resolvePops } from '../engine/flow/resolve-pops';
import { readSettings, taskSettings } from '../settings';
import { openEdges } from './edges';
import { reportWhenEnded } from './report-when-ended';
import { clock, log, openTables } from './runtime';
import { budgetOf } from './step-bounds';
import { requestIdOfRecord, runPerRequest } from './stream-batch';

const settings = readSettings(taskSettings, process.env);
const { resolver, policy } = openEdges(settings);
const { requests, pops } = openTables(settings);
const lambda = new LambdaClient({});
const deps: PlanDeps = {
  requests,
  pops,
  blobs: new S3BlobStore(new S3Client({}), settings.BUCKET),
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
  resolvePops: (distributionDomain, codes) => resolvePops(distributionDomain, codes, { resolver, policy }),
};

/** CHECK_POP to IN-PROGRESS; goes on from the stored cursor, as Get Size does. */
export function handler(event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> {
  return runPerRequest(event, requestIdOfRecord, log, async ({ id }) => {
    await planRequest(deps, id, budgetOf(context));
    await reportWhenEnded({ requests, lambda, functionName: settings.REPORT_FUNCTION_NAME }, id);
  });
}
