import { type DynamoDBClient, PutItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { forEachConcurrently } from '../engine/flow/concurrently';
import { popCode, type RequestId, requestId } from '../engine/model/ids';
import type { PopRecord } from '../engine/model/request';
import type { PopStore } from '../engine/ports/pop-store';
import { type Item, text } from './attributes';
import { writeConditionally } from './conditional-write';
import { expiryOf } from './request-item';
import {
  choiceField,
  numberField,
  optional,
  type RowCodec,
  readRow,
  textField,
  textsField,
  trueField,
  writeRow,
} from './row-codec';
import { readTally, tallyAttributes } from './tally-attributes';

const WRITES_IN_FLIGHT = 16;

/** What is stored of a PoP, besides its counts. */
const CODEC: RowCodec<Omit<PopRecord, 'progress'>> = {
  requestId: textField('req_id', requestId),
  pop: textField('pop', popCode),
  status: choiceField('status', ['SUCCESS', 'FAILED']),
  addresses: textsField('ip'),
  message: optional(textField('message', String)),
  hasNoAddress: optional(trueField('has_no_address')),
  createdAt: numberField('created_at'),
};

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
    await forEachConcurrently(pops, WRITES_IN_FLIGHT, (pop) => this.put(pop));
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
            ...writeRow(CODEC, pop),
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
  return { ...readRow(CODEC, item), progress: readTally(item) };
}
