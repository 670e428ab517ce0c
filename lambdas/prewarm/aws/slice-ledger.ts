import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { type PopCode, popCode, type RequestId, requestId, type SliceId } from '../engine/model/ids';
import type { RequestRecord } from '../engine/model/request';
import type { SliceResult } from '../engine/model/slice';
import { emptyTally, type MutableTally, mergeTally } from '../engine/model/tally';
import type { Clock } from '../engine/ports/clock';
import type { RequestStore } from '../engine/ports/request-store';
import type { SliceLedger } from '../engine/ports/slice-ledger';
import { type Item, number, readText, text } from './attributes';
import { batchGet } from './batch-get';
import { writeConditionally } from './conditional-write';
import { mergeSorted } from './merge-sorted';
import { expiryOf } from './request-item';
import { numberField, optional, type RowCodec, readRow, textField, writeRow } from './row-codec';
import { SHARDS, sliceIdOf, sliceKey, sliceShard } from './slice-key';
import { additionOf, readTally, tallyAttributes } from './tally-attributes';
import { MAX_TRANSACTION_ITEMS, transact } from './transaction';

export interface TaskTableOptions {
  readonly requestTable: string;
  readonly popTable: string;
  readonly taskTable: string;
  readonly retentionDays: number;
  readonly clock: Pick<Clock, 'now'>;
  /** Called with results after they are counted, once per result; emits the metrics. */
  readonly onCounted?: (results: readonly SliceResult[]) => void;
}

/** Rounds of reading and counting after another counter was faster. */
const ROUNDS = 20;

/** Results of slices in the Request-Task table, one row each, over several partitions. */
export class DynamoSliceLedger implements SliceLedger {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly requests: Pick<RequestStore, 'get'>,
    private readonly options: TaskTableOptions,
  ) {}

  async record(result: SliceResult): Promise<'recorded' | 'duplicate'> {
    const isNew = await writeConditionally(() =>
      this.client.send(
        new PutItemCommand({
          TableName: this.options.taskTable,
          Item: resultItem(result, this.options.retentionDays),
          ConditionExpression: 'attribute_not_exists(slice_id)',
        }),
      ),
    );
    return isNew ? 'recorded' : 'duplicate';
  }

  async isRecorded(id: RequestId, slice: SliceId): Promise<boolean> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.options.taskTable,
        Key: sliceKey(id, slice),
        ConsistentRead: true,
        ProjectionExpression: 'slice_id',
      }),
    );
    return Item !== undefined;
  }

  async count(id: RequestId, slices: readonly SliceId[]): Promise<RequestRecord> {
    let pending: readonly SliceId[] = [...new Set(slices)];
    for (let round = 0; pending.length > 0; round += 1) {
      if (round === ROUNDS) throw new Error(`request ${id}: ${pending.length} slices stay uncounted`);
      const rows = await this.uncountedRows(id, pending);
      const contested: SliceId[] = [];
      for (const group of transactionGroups(rows))
        if (!(await this.countGroup(id, group))) contested.push(...group.map(({ sliceId }) => sliceId));
      pending = contested;
    }
    const record = await this.requests.get(id);
    if (record === undefined) throw new Error(`request ${id} has results but no record`);
    return record;
  }

  async *uncounted(id: RequestId): AsyncGenerator<SliceId> {
    for (let shard = 0; shard < SHARDS; shard += 1)
      for await (const item of this.rows(id, shard, 'attribute_not_exists(counted)')) yield sliceIdOf(item);
  }

  async *results(id: RequestId): AsyncGenerator<SliceResult> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.rows(id, shard));
    for await (const item of mergeSorted(shards, (row) => readText(row, 'slice_id'))) yield readResult(item);
  }

  private async *rows(id: RequestId, shard: number, filter?: string): AsyncGenerator<Item> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.options.taskTable,
        KeyConditionExpression: 'req_id = :shard',
        ExpressionAttributeValues: { ':shard': text(sliceShard(id, shard)) },
        ConsistentRead: true,
        ...(filter === undefined
          ? {}
          : { FilterExpression: filter, ProjectionExpression: 'req_id, slice_id' }),
      },
    );
    for await (const { Items = [] } of pages) yield* Items;
  }

  private async uncountedRows(id: RequestId, slices: readonly SliceId[]): Promise<readonly SliceResult[]> {
    const items = await batchGet(
      this.client,
      this.options.taskTable,
      slices.map((slice) => sliceKey(id, slice)),
    );
    return items.filter((item) => item['counted'] === undefined).map(readResult);
  }

  /** All of the group or nothing; false where another counter took some of it in between. */
  private async countGroup(id: RequestId, group: readonly SliceResult[]): Promise<boolean> {
    const { requestTable, popTable, taskTable, clock } = this.options;
    const total = emptyTally();
    const byPop = new Map<PopCode, MutableTally>();
    for (const { pop, tally } of group) {
      mergeTally(total, tally);
      const popTally = byPop.get(pop) ?? emptyTally();
      mergeTally(popTally, tally);
      byPop.set(pop, popTally);
    }
    const ofRequest = additionOf(total, { counted_slices: group.length });
    const writes: TransactWriteItem[] = [
      {
        Update: {
          TableName: requestTable,
          Key: { req_id: text(id) },
          UpdateExpression: `ADD ${ofRequest.expression} SET updated_at = :now`,
          ConditionExpression: 'attribute_exists(req_id)',
          ExpressionAttributeNames: ofRequest.names,
          ExpressionAttributeValues: { ...ofRequest.values, ':now': number(clock.now()) },
        },
      },
    ];
    for (const [pop, tally] of byPop) {
      const addition = additionOf(tally);
      if (addition.expression === '') continue;
      writes.push({
        Update: {
          TableName: popTable,
          Key: { req_id: text(id), pop: text(pop) },
          UpdateExpression: `ADD ${addition.expression}`,
          ConditionExpression: 'attribute_exists(req_id)',
          ExpressionAttributeNames: addition.names,
          ExpressionAttributeValues: addition.values,
        },
      });
    }
    const rowsFrom = writes.length;
    for (const { sliceId } of group)
      writes.push({
        Update: {
          TableName: taskTable,
          Key: sliceKey(id, sliceId),
          UpdateExpression: 'SET counted = :yes',
          ConditionExpression: 'attribute_exists(slice_id) AND attribute_not_exists(counted)',
          ExpressionAttributeValues: { ':yes': { BOOL: true } },
        },
      });
    const { failedConditions } = await transact(this.client, writes);
    if (failedConditions.some((index) => index < rowsFrom))
      throw new Error(`request ${id}: results came in for a request or a PoP that has no row`);
    if (failedConditions.length > 0) return false;
    this.options.onCounted?.(group);
    return true;
  }
}

/** Returns groups that fit one transaction: a row for each result, one for each PoP among them, and the request's. */
export function transactionGroups(rows: readonly SliceResult[]): SliceResult[][] {
  const groups: SliceResult[][] = [];
  let group: SliceResult[] = [];
  let pops = new Set<PopCode>();
  const ordered = [...rows].sort((a, b) => (a.pop < b.pop ? -1 : a.pop > b.pop ? 1 : 0));
  for (const row of ordered) {
    const size = 1 + group.length + 1 + (pops.has(row.pop) ? pops.size : pops.size + 1);
    if (size > MAX_TRANSACTION_ITEMS) {
      groups.push(group);
      group = [];
      pops = new Set();
    }
    group.push(row);
    pops.add(row.pop);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** What is stored of a result, besides its id, which is the row's key, and its counts. */
const RESULT: RowCodec<Omit<SliceResult, 'sliceId' | 'tally'>> = {
  requestId: textField('request', requestId),
  pop: textField('pop', popCode),
  failuresKey: optional(textField('failures_key', String)),
  finishedAt: numberField('finished_at'),
};

/** Returns the row of a result. */
export function resultItem(result: SliceResult, retentionDays: number): Item {
  return {
    ...sliceKey(result.requestId, result.sliceId),
    ...writeRow(RESULT, result),
    ...tallyAttributes(result.tally),
    ...expiryOf(result.finishedAt, retentionDays),
  };
}

function readResult(item: Item): SliceResult {
  return { ...readRow(RESULT, item), sliceId: sliceIdOf(item), tally: readTally(item) };
}
