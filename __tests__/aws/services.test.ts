import { randomBytes } from 'node:crypto';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { type CompletedPart, GetObjectTaggingCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleGroupCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { S3BlobStore } from '../../lambdas/prewarm/aws/blob-store';
import { ScheduledDeadlines } from '../../lambdas/prewarm/aws/deadlines';
import { GroupFleet } from '../../lambdas/prewarm/aws/fleet';
import { CloudFrontInvalidator } from '../../lambdas/prewarm/aws/invalidator';
import { TopicNotifier } from '../../lambdas/prewarm/aws/notifier';
import { SqsTaskQueue } from '../../lambdas/prewarm/aws/task-queue';
import { uploadLinks } from '../../lambdas/prewarm/aws/upload-link';
import { popCode, requestId, sliceId } from '../../lambdas/prewarm/engine/model/ids';
import type { Slice } from '../../lambdas/prewarm/engine/model/slice';
import { BlobNotFound } from '../../lambdas/prewarm/engine/ports/blob-store';
import { FleetNotFound } from '../../lambdas/prewarm/engine/ports/fleet';
import { systemClock } from '../../lambdas/prewarm/runtime/clock';
import { makeBucket, makeDistribution, makeQueues, silent } from './support/resources';

function slice(index: number): Slice {
  const pop = popCode('FRA56-P4');
  return {
    requestId: requestId('r'),
    id: sliceId(pop, index),
    pop,
    addresses: ['192.0.2.1', '192.0.2.2'],
    segment: { index, urlCount: 2, startByte: index * 10, endByte: index * 10 + 9, expectedBytes: 5 },
  };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

async function* asyncOf<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

describe('the queue in SQS', () => {
  it('delivers every slice as it was sent, and again when it is handed back', async () => {
    const queue = new SqsTaskQueue(new SQSClient({}), { ...(await makeQueues(60)), log: silent });
    const sent = Array.from({ length: 25 }, (_, index) => slice(index));
    await queue.send(sent);
    expect(await queue.depth()).toEqual({ available: 25, inFlight: 0, dead: 0 });
    const first = await queue.receive(10, 1);
    expect(first).toHaveLength(10);
    expect(first.every(({ deliveries }) => deliveries === 1)).toBe(true);
    await queue.remove(first.slice(1).map(({ receipt }) => receipt));
    await queue.extend(first[0]!.receipt, 0);
    const seen = new Map(first.slice(1).map((received) => [received.slice.id, received.slice]));
    let again = 0;
    for (let round = 0; round < 10 && seen.size < 25; round += 1)
      for (const received of await queue.receive(10, 1)) {
        if (received.deliveries > 1) again += 1;
        seen.set(received.slice.id, received.slice);
      }
    expect(again).toBe(1);
    expect(sent.map(({ id }) => seen.get(id))).toEqual(sent);
  });

  it('passes over a message that is no slice, for the dead-letter queue to take', async () => {
    const { url, deadLetterUrl } = await makeQueues(60);
    const client = new SQSClient({});
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{"url":"https://x"}' }));
    const queue = new SqsTaskQueue(client, { url, deadLetterUrl, log: silent });
    expect(await queue.receive(10, 0)).toEqual([]);
    expect(await queue.depth()).toMatchObject({ available: 0, inFlight: 1 });
  });

  it('ignores receipts it does not know', async () => {
    const queue = new SqsTaskQueue(new SQSClient({}), { ...(await makeQueues(60)), log: silent });
    await queue.send([slice(0)]);
    const [received] = await queue.receive(1, 1);
    await queue.remove([received!.receipt]);
    await expect(queue.remove([received!.receipt])).resolves.toBeUndefined();
  });

  it('ends a wait when it is told to', async () => {
    const queue = new SqsTaskQueue(new SQSClient({}), { ...(await makeQueues(60)), log: silent });
    const stop = new AbortController();
    const waiting = queue.receive(1, 20, stop.signal);
    stop.abort();
    expect(await waiting).toEqual([]);
  });
});

describe('blobs in S3', () => {
  let blobs: S3BlobStore;
  let bucket: string;

  beforeAll(async () => {
    bucket = await makeBucket();
    blobs = new S3BlobStore(new S3Client({ forcePathStyle: true }), bucket);
  });

  it('reads ranges of what was written', async () => {
    expect(await blobs.put('r/list.txt', asyncOf('hello', ' ', 'world'))).toEqual({ sizeBytes: 11 });
    expect(await collect(blobs.read('r/list.txt'))).toBe('hello world');
    expect(await collect(blobs.read('r/list.txt', { startByte: 6, endByte: 9 }))).toBe('wor');
    expect(await collect(blobs.read('r/list.txt', { startByte: 6, endByte: Number.MAX_SAFE_INTEGER }))).toBe(
      'world',
    );
    expect(await collect(blobs.read('r/list.txt', { startByte: 11, endByte: 20 }))).toBe('');
    expect(await collect(blobs.read('r/list.txt', { startByte: 3, endByte: 3 }))).toBe('');
  });

  it('stores a blob of several parts as one', async () => {
    const chunk = randomBytes(3 * 1024 * 1024);
    const chunks = Array.from({ length: 6 }, () => chunk);
    expect(await blobs.put('r/large', chunks)).toEqual({ sizeBytes: 6 * chunk.length });
    let bytes = 0;
    for await (const part of blobs.read('r/large')) bytes += part.length;
    expect(bytes).toBe(6 * chunk.length);
  });

  it('declares the checksums of the parts, and names each when they become one', async () => {
    const client = new S3Client({ forcePathStyle: true });
    let parts: readonly CompletedPart[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        if ('MultipartUpload' in args.input) parts = args.input.MultipartUpload?.Parts ?? [];
        return next(args);
      },
      { step: 'initialize' },
    );
    await new S3BlobStore(client, bucket).put('r/checked', [randomBytes(17 * 1024 * 1024), 'the rest']);
    const ChecksumCRC32 = expect.stringMatching(/^[A-Za-z0-9+/]{6}==$/);
    expect(parts).toEqual(
      [1, 2].map((PartNumber) => ({ PartNumber, ETag: expect.any(String), ChecksumCRC32 })),
    );
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: 'r/checked', ChecksumMode: 'ENABLED' }),
    );
    // S3 knows it for the whole only of an upload that declared it.
    expect(head).toMatchObject({ ChecksumCRC32: expect.any(String) });
  });

  it('leaves the old blob when the new one cannot be read to its end', async () => {
    await blobs.put('r/kept', ['old']);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(20 * 1024 * 1024);
      throw new Error('source broke');
    }
    await expect(blobs.put('r/kept', broken())).rejects.toThrow('source broke');
    expect(await collect(blobs.read('r/kept'))).toBe('old');
  });

  it('marks what belongs to a request, for the life cycle to expire', async () => {
    await blobs.put('r/marked', ['x']);
    const { TagSet } = await new S3Client({ forcePathStyle: true }).send(
      new GetObjectTaggingCommand({ Bucket: bucket, Key: 'r/marked' }),
    );
    expect(TagSet).toEqual([{ Key: 'kind', Value: 'request' }]);
  });

  it('tells what is not there', async () => {
    expect(await blobs.exists('r/none')).toBe(false);
    await expect(collect(blobs.read('r/none'))).rejects.toThrow(BlobNotFound);
    await expect(collect(blobs.read('r/none', { startByte: 0, endByte: 0 }))).rejects.toThrow(BlobNotFound);
    await expect(blobs.remove('r/none')).resolves.toBeUndefined();
  });

  it('hands out links and lists by prefix', async () => {
    await blobs.put('q/b', ['2']);
    await blobs.put('q/a', ['1']);
    const keys: string[] = [];
    for await (const key of blobs.list('q/')) keys.push(key);
    expect(keys).toEqual(['q/a', 'q/b']);
    expect(await (await fetch(await blobs.link('q/a', 60))).text()).toBe('1');
  });
});

describe('an upload link', () => {
  it('takes any content, and signs the checksum of none', async () => {
    const bucket = await makeBucket();
    const link = await uploadLinks(bucket, { forcePathStyle: true })('lists/x.txt', 60);
    expect(link).not.toMatch(/checksum/i);
    expect((await fetch(link, { method: 'PUT', body: 'https://a.example/1\n' })).status).toBe(200);
    const blobs = new S3BlobStore(new S3Client({ forcePathStyle: true }), bucket);
    expect(await collect(blobs.read('lists/x.txt'))).toBe('https://a.example/1\n');
  });
});

describe('deadlines in the scheduler', () => {
  it('keeps one schedule per request, which removes itself', async () => {
    const client = new SchedulerClient({});
    await client.send(new CreateScheduleGroupCommand({ Name: 'deadlines' }));
    const deadlines = new ScheduledDeadlines(client, {
      group: 'deadlines',
      roleArn: 'arn:aws:iam::123456789012:role/x',
      failedEventsArn: 'arn:aws:sqs:eu-central-1:123456789012:failed',
      functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:x',
    });
    const id = requestId('deadline-1');
    await deadlines.schedule(id, Date.UTC(2040, 0, 2, 3, 4, 5, 600));
    await deadlines.schedule(id, Date.UTC(2040, 0, 2, 4, 4, 5));
    const schedule = await client.send(new GetScheduleCommand({ GroupName: 'deadlines', Name: id }));
    expect(schedule).toMatchObject({
      ScheduleExpression: 'at(2040-01-02T04:04:05)',
      ActionAfterCompletion: 'DELETE',
      Target: {
        Input: '{"requestId":"deadline-1"}',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:123456789012:failed' },
      },
    });
    await deadlines.cancel(id);
    await expect(deadlines.cancel(id)).resolves.toBeUndefined();
    await expect(client.send(new GetScheduleCommand({ GroupName: 'deadlines', Name: id }))).rejects.toThrow();
  });
});

describe('the fleet in Auto Scaling', () => {
  const client = new AutoScalingClient({});

  it('sets the size within its bound', async () => {
    await client.send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: 'lc',
        ImageId: 'ami-12345678',
        InstanceType: 't4g.nano',
      }),
    );
    await client.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'group',
        LaunchConfigurationName: 'lc',
        MinSize: 0,
        MaxSize: 3,
        AvailabilityZones: ['eu-central-1a'],
      }),
    );
    const fleet = new GroupFleet(client, { name: 'group', maxInstances: 3 });
    expect(await fleet.capacity()).toBe(0);
    await fleet.setCapacity(2);
    expect(await fleet.capacity()).toBe(2);
    await fleet.setCapacity(300);
    expect(await fleet.capacity()).toBe(3);
  });

  it('says that the group is not there', async () => {
    await expect(new GroupFleet(client, { name: 'none', maxInstances: 1 }).capacity()).rejects.toThrow(
      FleetNotFound,
    );
  });
});

describe('invalidations in CloudFront', () => {
  const client = new CloudFrontClient({});
  const invalidator = new CloudFrontInvalidator(client, { waitMs: 10_000, clock: systemClock });

  it('finds the distribution by an alternate name and waits until it is done', async () => {
    await makeDistribution('www.example.com');
    const outcome = await invalidator.invalidate(
      requestId('i'),
      'WWW.example.com',
      asyncOf('/a', '/b?x=1', '/a'),
    );
    expect(outcome).toEqual({ kind: 'done', paths: 2 });
  });

  it('names a URL that would be a wildcard, and invalidates the others', async () => {
    const outcome = await invalidator.invalidate(requestId('w'), 'www.example.com', asyncOf('/a', '/news/*'));
    expect(outcome).toEqual({ kind: 'done', paths: 1, warning: expect.stringContaining('/news/*') });
  });

  it('refuses for a distribution that is not ours', async () => {
    const outcome = await invalidator.invalidate(requestId('j'), 'dother.cloudfront.net', asyncOf('/a'));
    expect(outcome).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('dother.cloudfront.net'),
    });
  });
});

describe('notifications over SNS', () => {
  it('tells the subscribers what a request came to', async () => {
    const sns = new SNSClient({});
    const sqs = new SQSClient({});
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'events' }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'subscriber' }));
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: 'arn:aws:sqs:eu-central-1:123456789012:subscriber',
      }),
    );
    await new TopicNotifier(sns, TopicArn!, silent).ended({
      id: requestId('n'),
      status: 'FINISHED',
      fetches: 10,
      warm: 9,
      failed: 1,
      bytes: 100,
    });
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
    expect(JSON.parse(JSON.parse(Messages[0]!.Body!).Message)).toEqual({
      request_id: 'n',
      status: 'FINISHED',
      fetches: 10,
      warm: 9,
      failed: 1,
      bytes: 100,
    });
  });
});
