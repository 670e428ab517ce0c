import { randomUUID } from 'node:crypto';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { S3BlobStore } from '../../lambdas/prewarm/aws/blob-store';
import { ScheduledDeadlines } from '../../lambdas/prewarm/aws/deadlines';
import { GroupFleet } from '../../lambdas/prewarm/aws/fleet';
import { HeaderCipher } from '../../lambdas/prewarm/aws/header-cipher';
import { DynamoPopStore } from '../../lambdas/prewarm/aws/pop-store';
import { DynamoRequestStore } from '../../lambdas/prewarm/aws/request-store';
import { DynamoSliceLedger } from '../../lambdas/prewarm/aws/slice-ledger';
import { SqsTaskQueue } from '../../lambdas/prewarm/aws/task-queue';
import { systemClock as clock } from '../../lambdas/prewarm/runtime/clock';
import { describeBlobStoreContract } from '../lambdas/prewarm/engine/ports/blob-store.contract';
import { describeDeadlinesContract } from '../lambdas/prewarm/engine/ports/deadlines.contract';
import { describeFleetContract } from '../lambdas/prewarm/engine/ports/fleet.contract';
import { describePopStoreContract } from '../lambdas/prewarm/engine/ports/pop-store.contract';
import { describeRequestStoreContract } from '../lambdas/prewarm/engine/ports/request-store.contract';
import { describeSliceLedgerContract } from '../lambdas/prewarm/engine/ports/slice-ledger.contract';
import { describeTaskQueueContract } from '../lambdas/prewarm/engine/ports/task-queue.contract';
import { makeBucket, makeKey, makeQueues, makeTables, silent } from './support/resources';

async function close(): Promise<void> {}
const RETENTION_DAYS = 7;
const MAX_DELIVERIES = 3;

async function openTables() {
  const client = new DynamoDBClient({});
  const tables = await makeTables(client);
  const headers = new HeaderCipher(new KMSClient({}), await makeKey());
  const requests = new DynamoRequestStore(client, {
    table: tables.requestTable,
    retentionDays: RETENTION_DAYS,
    headers,
    clock,
  });
  return {
    requests,
    pops: new DynamoPopStore(client, { table: tables.popTable, retentionDays: RETENTION_DAYS }),
    ledger: new DynamoSliceLedger(client, requests, { ...tables, retentionDays: RETENTION_DAYS, clock }),
  };
}

describe('the AWS adapters', () => {
  describeRequestStoreContract(async () => ({ port: (await openTables()).requests, close }));
  describePopStoreContract(async () => ({ port: (await openTables()).pops, close }));
  describeSliceLedgerContract(async () => ({ port: await openTables(), close }));

  describeTaskQueueContract(async () => {
    const queues = await makeQueues(60, MAX_DELIVERIES);
    const queue = new SqsTaskQueue(new SQSClient({}), { ...queues, log: silent });
    return { port: { queue, maxDeliveries: MAX_DELIVERIES }, close };
  });

  describeBlobStoreContract(async () => ({
    port: new S3BlobStore(new S3Client({ forcePathStyle: true }), await makeBucket()),
    close,
  }));

  describeFleetContract(async () => {
    const client = new AutoScalingClient({});
    const name = `fleet-${randomUUID()}`;
    await client.send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: name,
        ImageId: 'ami-12345678',
        InstanceType: 't4g.nano',
      }),
    );
    await client.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        LaunchConfigurationName: name,
        MinSize: 0,
        MaxSize: 10,
        AvailabilityZones: ['eu-central-1a'],
      }),
    );
    return { port: new GroupFleet(client, { name, maxInstances: 10 }), close };
  });

  describeDeadlinesContract(async () => {
    const client = new SchedulerClient({});
    const group = `deadlines-${randomUUID()}`;
    await client.send(new CreateScheduleGroupCommand({ Name: group }));
    const deadlines = new ScheduledDeadlines(client, {
      group,
      roleArn: 'arn:aws:iam::123456789012:role/deadlines',
      failedEventsArn: 'arn:aws:sqs:eu-central-1:123456789012:failed',
      functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:shutdown',
    });
    async function pending(id: string): Promise<number | undefined> {
      try {
        const schedule = await client.send(new GetScheduleCommand({ GroupName: group, Name: id }));
        const [, at] = /^at\((.*)\)$/.exec(schedule.ScheduleExpression ?? '') ?? [];
        return at === undefined ? undefined : Date.parse(`${at}Z`);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    }
    return { port: { deadlines, pending }, close };
  });
});
