import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { popCode, type RequestId, requestId } from '../engine/model/ids';
import type { PopRecord } from '../engine/model/request';
import type { PopStore } from '../engine/ports/pop-store';
import { type Item, number, readNumber, readOptionalText, readText, text } from './attributes';
import { writeConditionally } from './conditional-write';
import { inParallel } from './in-parallel';
import { expiryOf } from './request-item';
import { readTally, tallyAttributes } from './tally-attributes';

const WRITES_IN_FLIGHT = 16;

export interface PopTableOptions {
  readonly table: string;
  readonly retentionDays: number;
}

/** PoPs of requests in the Request-Pop table. */
export class DynamoPopStore implements PopStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly options: PopTableOptions,
  ) {}

  async putAll(pops: readonly PopRecord[]): Promise<void> {
    await inParallel(pops, WRITES_IN_FLIGHT, (pop) => this.put(pop));
  }

  async all(id: RequestId): Promise<readonly PopRecord[]> {
    const pops: PopRecord[] = [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.options.table,
        KeyConditionExpression: 'req_id = :id',
        ExpressionAttributeValues: { ':id': text(id) },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) pops.push(...Items.map(readPop));
    return pops;
  }

  private async put(pop: PopRecord): Promise<void> {
    await writeConditionally(() =>
      this.client.send(
        new PutItemCommand({
          TableName: this.options.table,
          Item: {
            req_id: text(pop.requestId),
            pop: text(pop.pop),
            status: text(pop.status),
            ip: { L: pop.addresses.map(text) },
            created_at: number(pop.createdAt),
            ...(pop.message === undefined ? {} : { message: text(pop.message) }),
            ...(pop.hasNoAddress === undefined ? {} : { has_no_address: { BOOL: pop.hasNoAddress } }),
            ...tallyAttributes(pop.progress),
            ...expiryOf(pop.createdAt, this.options.retentionDays),
          },
          ConditionExpression: 'attribute_not_exists(req_id)',
        }),
      ),
    );
  }
}

function readPop(item: Item): PopRecord {
  const message = readOptionalText(item, 'message');
  return {
    requestId: requestId(readText(item, 'req_id')),
    pop: popCode(readText(item, 'pop')),
    status: readText(item, 'status') === 'SUCCESS' ? 'SUCCESS' : 'FAILED',
    addresses: (item['ip']?.L ?? []).flatMap(({ S }) => (S === undefined ? [] : [S])),
    createdAt: readNumber(item, 'created_at'),
    progress: readTally(item),
    ...(message === undefined ? {} : { message }),
    ...(item['has_no_address']?.BOOL === true && { hasNoAddress: true }),
  };
}
