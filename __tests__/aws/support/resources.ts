/** The resources that adapters work on, made by call instead of by Terraform: one set per test file. */
import { randomUUID } from 'node:crypto';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Log } from '../../../lambdas/prewarm/engine/ports/log';

function unique(): string {
  return randomUUID().slice(0, 8);
}

export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

export async function makeTables(
  client = new DynamoDBClient({}),
): Promise<{ requestTable: string; popTable: string; taskTable: string }> {
  const suffix = unique();
  const names = {
    requestTable: `requests-${suffix}`,
    popTable: `pops-${suffix}`,
    taskTable: `tasks-${suffix}`,
  };
  function table(TableName: string, hash: string, range?: string) {
    return {
      TableName,
      BillingMode: 'PAY_PER_REQUEST' as const,
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' as const },
        ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
      ],
      AttributeDefinitions: [hash, ...(range === undefined ? [] : [range])].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
    };
  }
  const requests = table(names.requestTable, 'req_id');
  await client.send(
    new CreateTableCommand({
      ...requests,
      AttributeDefinitions: [
        ...requests.AttributeDefinitions,
        { AttributeName: 'record_kind', AttributeType: 'S' },
        { AttributeName: 'created_order', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_created',
          KeySchema: [
            { AttributeName: 'record_kind', KeyType: 'HASH' },
            { AttributeName: 'created_order', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await client.send(new CreateTableCommand(table(names.popTable, 'req_id', 'pop')));
  await client.send(new CreateTableCommand(table(names.taskTable, 'req_id', 'slice_id')));
  return names;
}

export async function makeQueues(
  visibilitySeconds: number,
  maxDeliveries = 5,
): Promise<{ url: string; deadLetterUrl: string }> {
  const client = new SQSClient({});
  const suffix = unique();
  const { QueueUrl: deadLetterUrl } = await client.send(
    new CreateQueueCommand({ QueueName: `dead-letters-${suffix}` }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const { QueueUrl: url } = await client.send(
    new CreateQueueCommand({
      QueueName: `tasks-${suffix}`,
      Attributes: {
        VisibilityTimeout: String(visibilitySeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes!['QueueArn'],
          maxReceiveCount: maxDeliveries,
        }),
      },
    }),
  );
  return { url: url!, deadLetterUrl: deadLetterUrl! };
}

export async function makeBucket(): Promise<string> {
  const bucket = `blobs-${unique()}`;
  await new S3Client({}).send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  return bucket;
}

export async function makeKey(): Promise<string> {
  const { KeyMetadata } = await new KMSClient({}).send(new CreateKeyCommand({}));
  return KeyMetadata!.Arn!;
}

/** Returns its id. */
export async function makeDistribution(
  alternateName: string,
  client = new CloudFrontClient({}),
): Promise<string> {
  const { Distribution } = await client.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: unique(),
        Comment: '',
        Enabled: true,
        Aliases: { Quantity: 1, Items: [alternateName] },
        Origins: {
          Quantity: 1,
          Items: [
            { Id: 'o', DomainName: 'origin.s3.amazonaws.com', S3OriginConfig: { OriginAccessIdentity: '' } },
          ],
        },
        DefaultCacheBehavior: {
          TargetOriginId: 'o',
          ViewerProtocolPolicy: 'allow-all',
          ForwardedValues: { QueryString: false, Cookies: { Forward: 'none' } },
          MinTTL: 0,
        },
      },
    }),
  );
  return Distribution?.Id ?? '';
}
