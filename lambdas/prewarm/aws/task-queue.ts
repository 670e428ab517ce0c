import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { WarmpathError } from '../../errors/warmpath-error';
import { forEachConcurrently } from '../engine/flow/concurrently';
import type { Slice } from '../engine/model/slice';
import type { Log } from '../engine/ports/log';
import type { Received, TaskQueue } from '../engine/ports/task-queue';
import { pauseAfter } from './retry';
import { decodeSlice, encodeSlice } from './slice-message';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MAX_ENTRIES = 10;
const MAX_BATCH_BYTES = 256 * 1024;
/**
 * A poll that is broken off may have been given a message, which then stays hidden. So polls are short, and end by themselves
 * when there is no more to be received; only one that does not is broken off.
 */
const POLL_SECONDS = 4;
const MAX_WAIT_SECONDS = 20;
const BREAK_OFF_MS = 7_000;
const BATCHES_IN_FLIGHT = 16;
const ATTEMPTS = 8;

/** Thrown where SQS did not take slices after every attempt. */
export class NotQueued extends WarmpathError {
  override readonly name = 'NotQueued';
  constructor(count: number, firstReason: string) {
    super('SLICES_NOT_QUEUED', `${count} slices could not be queued: ${firstReason}`);
  }
}

export interface QueueOptions {
  readonly url: string;
  readonly deadLetterUrl: string;
  readonly log: Log;
}

/** Slices in SQS. */
export class SqsTaskQueue implements TaskQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly options: QueueOptions,
  ) {}

  async send(slices: readonly Slice[]): Promise<void> {
    await forEachConcurrently(batchesOf(slices.map(encodeSlice)), BATCHES_IN_FLIGHT, (bodies) =>
      this.sendBatch(bodies),
    );
  }

  async receive(max: number, waitSeconds: number, signal?: AbortSignal): Promise<readonly Received[]> {
    const breakOff = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    function soon(): void {
      timer = setTimeout(() => breakOff.abort(), BREAK_OFF_MS);
    }
    signal?.addEventListener('abort', soon, { once: true });
    try {
      let leftSeconds = Math.min(Math.ceil(waitSeconds), MAX_WAIT_SECONDS);
      while (!signal?.aborted) {
        const received = await this.poll(max, Math.min(leftSeconds, POLL_SECONDS), breakOff.signal);
        leftSeconds -= POLL_SECONDS;
        if (received.length > 0 || leftSeconds <= 0) return received;
      }
      return [];
    } catch (error) {
      if (signal?.aborted) return [];
      throw error;
    } finally {
      signal?.removeEventListener('abort', soon);
      clearTimeout(timer);
    }
  }

  async extend(receipt: string, seconds: number): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.options.url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }),
    );
  }

  async remove(receipts: readonly string[]): Promise<void> {
    for (let start = 0; start < receipts.length; start += MAX_ENTRIES)
      await this.removeBatch(receipts.slice(start, start + MAX_ENTRIES));
  }

  async depth(): Promise<{ readonly available: number; readonly inFlight: number; readonly dead: number }> {
    const [tasks, deadLetters] = await Promise.all([
      this.counts(this.options.url),
      this.counts(this.options.deadLetterUrl),
    ]);
    return {
      available: tasks.visible,
      inFlight: tasks.hidden,
      dead: deadLetters.visible + deadLetters.hidden,
    };
  }

  private async poll(max: number, waitSeconds: number, abortSignal: AbortSignal): Promise<Received[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.options.url,
        MaxNumberOfMessages: Math.min(max, MAX_ENTRIES),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
      { abortSignal },
    );
    return Messages.flatMap(({ Body, ReceiptHandle, MessageId, Attributes }) => {
      const slice = decodeSlice(Body);
      if (slice === undefined || ReceiptHandle === undefined) {
        this.options.log.error('message-is-no-slice', { messageId: MessageId });
        return [];
      }
      return [
        { slice, receipt: ReceiptHandle, deliveries: Number(Attributes?.ApproximateReceiveCount ?? 1) },
      ];
    });
  }

  private async sendBatch(bodies: readonly string[]): Promise<void> {
    let pending: SendMessageBatchRequestEntry[] = bodies.map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
    }));
    let failed: readonly BatchResultErrorEntry[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (attempt > 0) await pauseAfter(attempt);
      ({ Failed: failed = [] } = await this.client.send(
        new SendMessageBatchCommand({ QueueUrl: this.options.url, Entries: pending }),
      ));
      if (failed.length === 0) return;
      if (failed.some(({ SenderFault }) => SenderFault)) break;
      const ids = new Set(failed.map(({ Id }) => Id));
      pending = pending.filter(({ Id }) => ids.has(Id));
    }
    throw new NotQueued(failed.length, failed[0]?.Message ?? failed[0]?.Code ?? 'no reason given');
  }

  private async removeBatch(receipts: readonly string[]): Promise<void> {
    let pending = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    for (let attempt = 0; attempt < ATTEMPTS && pending.length > 0; attempt += 1) {
      if (attempt > 0) await pauseAfter(attempt);
      const { Failed = [] } = await this.client.send(
        new DeleteMessageBatchCommand({ QueueUrl: this.options.url, Entries: pending }),
      );
      // A receipt at fault is one that is not known any more: its message is gone, or somebody else's.
      const ids = new Set(Failed.filter(({ SenderFault }) => !SenderFault).map(({ Id }) => Id));
      pending = pending.filter(({ Id }) => ids.has(Id));
    }
    // What is left comes again, finds its result recorded and is removed then.
    if (pending.length > 0) this.options.log.warn('messages-not-removed', { count: pending.length });
  }

  private async counts(url: string): Promise<{ readonly visible: number; readonly hidden: number }> {
    const { Attributes } = await this.client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      visible: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
      hidden: Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  }
}

/** Yields bodies in batches that fit one call by number and by size. */
export function* batchesOf(bodies: Iterable<string>): Generator<readonly string[]> {
  let batch: string[] = [];
  let batchBytes = 0;
  for (const body of bodies) {
    const bytes = Buffer.byteLength(body);
    if (batch.length === MAX_ENTRIES || (batch.length > 0 && batchBytes + bytes > MAX_BATCH_BYTES)) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(body);
    batchBytes += bytes;
  }
  if (batch.length > 0) yield batch;
}
