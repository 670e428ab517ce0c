/**
 * Stands in for Lambda's event source mappings, which the emulator stores but does not run: reads the streams, filters,
 * invokes the real functions and honours partial failures.
 */
import { setTimeout } from 'node:timers/promises';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';

interface Mapping {
  readonly functionArn: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly patterns: readonly unknown[];
}

interface Shard {
  readonly mapping: Mapping;
  readonly shardId: string;
  /** Sequence numbers handled so far; where reading goes on. */
  after: string | undefined;
}

/** A function failed where it should not have; the message is its answer. */
export class InvocationFailed extends Error {
  override readonly name = 'InvocationFailed';
}

export class StreamPump {
  private shards: Shard[] = [];
  private readonly streams = new DynamoDBStreamsClient({});
  private readonly lambda = new LambdaClient({});

  /** Takes up every stream mapping of the account. */
  async open(): Promise<void> {
    const { EventSourceMappings = [] } = await this.lambda.send(new ListEventSourceMappingsCommand({}));
    for (const { FunctionArn, EventSourceArn, BatchSize, FilterCriteria } of EventSourceMappings) {
      if (!FunctionArn || !EventSourceArn?.includes(':dynamodb:')) continue;
      const mapping = {
        functionArn: FunctionArn,
        streamArn: EventSourceArn,
        batchSize: BatchSize ?? 100,
        patterns: (FilterCriteria?.Filters ?? []).map(({ Pattern = '{}' }) => JSON.parse(Pattern)),
      };
      const { StreamDescription } = await this.streams.send(
        new DescribeStreamCommand({ StreamArn: EventSourceArn }),
      );
      for (const { ShardId } of StreamDescription?.Shards ?? [])
        this.shards.push({ mapping, shardId: ShardId!, after: undefined });
    }
  }

  /** Delivers what is there, once through every mapping; returns how many records were delivered. */
  async round(): Promise<number> {
    let delivered = 0;
    for (const shard of this.shards) delivered += await this.deliver(shard);
    return delivered;
  }

  /** Delivers until `isDone`; only the time-out of the test ends it otherwise. */
  async until(isDone: () => Promise<boolean>): Promise<void> {
    while (!(await isDone()))
      if ((await this.round()) === 0) await setTimeout(100, undefined, { ref: false });
  }

  private async deliver(shard: Shard): Promise<number> {
    const { mapping } = shard;
    const records = await this.read(shard);
    const wanted = records.filter(
      (record) =>
        mapping.patterns.length === 0 || mapping.patterns.some((pattern) => matches(pattern, record)),
    );
    for (let start = 0; start < wanted.length; start += mapping.batchSize) {
      const batch = wanted.slice(start, start + mapping.batchSize);
      const failed = await this.invoke(mapping, batch);
      if (failed !== undefined) {
        const index = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed);
        shard.after = index > 0 ? records[index - 1]?.dynamodb?.SequenceNumber : shard.after;
        return start;
      }
    }
    shard.after = records.at(-1)?.dynamodb?.SequenceNumber ?? shard.after;
    return wanted.length;
  }

  private async read(shard: Shard): Promise<StreamRecord[]> {
    const { ShardIterator } = await this.streams.send(
      new GetShardIteratorCommand({
        StreamArn: shard.mapping.streamArn,
        ShardId: shard.shardId,
        ShardIteratorType: shard.after === undefined ? 'TRIM_HORIZON' : 'AFTER_SEQUENCE_NUMBER',
        ...(shard.after === undefined ? {} : { SequenceNumber: shard.after }),
      }),
    );
    const { Records = [] } = await this.streams.send(new GetRecordsCommand({ ShardIterator }));
    return Records;
  }

  /** The sequence number from which the function wants to see the batch again. */
  private async invoke(mapping: Mapping, records: readonly StreamRecord[]): Promise<string | undefined> {
    const { FunctionError, Payload } = await this.lambda.send(
      new InvokeCommand({
        FunctionName: mapping.functionArn,
        Payload: JSON.stringify({
          Records: records.map((record) => ({ ...record, eventSourceARN: mapping.streamArn })),
        }),
      }),
    );
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new InvocationFailed(`${mapping.functionArn}: ${answer}`);
    const { batchItemFailures = [] } = JSON.parse(answer) ?? {};
    return batchItemFailures[0]?.itemIdentifier;
  }
}

/** Event filter patterns as far as the stacks use them: exact values in lists. */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.includes(value);
  if (typeof pattern !== 'object' || pattern === null || typeof value !== 'object' || value === null)
    return false;
  const fields = new Map(Object.entries(value));
  return Object.entries(pattern).every(([name, inner]) => matches(inner, fields.get(name)));
}
