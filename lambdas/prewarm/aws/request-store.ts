import {
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  type Update,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type RequestId, requestId } from '../engine/model/ids';
import type { RequestHeader, RequestRecord } from '../engine/model/request';
import { isFinal, type RequestStatus, statusesBefore } from '../engine/model/request-status';
import type { Clock } from '../engine/ports/clock';
import type { Page, RequestPatch, RequestStore } from '../engine/ports/request-store';
import { type Item, number, readText, text } from './attributes';
import { batchGet } from './batch-get';
import { writeConditionally } from './conditional-write';
import type { HeaderCipher } from './header-cipher';
import { decodePage, encodePage } from './page-token';
import { patchAttributes, REQUEST_KIND, readRequest, requestItem } from './request-item';
import { transact } from './transaction';

/** Row that holds the ids of the requests that have not ended; the fleet's size is computed from it, consistently. */
const ACTIVE_ROW = '#active';

function keyRow(idempotencyKey: string): string {
  return `#key#${idempotencyKey}`;
}

function keyOf(id: string): Item {
  return { req_id: text(id) };
}

/** Index of the Request table, newest last. */
const INDEX = 'by_created';

export interface RequestTableOptions {
  readonly table: string;
  readonly retentionDays: number;
  /**
   * Encrypts and decrypts headers; `open` is left out where the role may not decrypt.
   * @default - headers are not read
   */
  readonly headers?: Partial<Pick<HeaderCipher, 'seal' | 'open'>>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Requests in the Request table. */
export class DynamoRequestStore implements RequestStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly options: RequestTableOptions,
  ) {}

  async create(record: RequestRecord): Promise<{ readonly created: boolean; readonly id: RequestId }> {
    const { table, retentionDays } = this.options;
    const { idempotencyKey } = record.spec;
    const item = requestItem(record, await this.seal(record), retentionDays);
    const isNew = { ConditionExpression: 'attribute_not_exists(req_id)' };
    const writes: TransactWriteItem[] = [
      { Put: { TableName: table, Item: item, ...isNew } },
      { Update: this.activeRow('ADD', record.id) },
    ];
    if (idempotencyKey !== undefined)
      writes.push({
        Put: {
          TableName: table,
          Item: {
            ...keyOf(keyRow(idempotencyKey)),
            request: text(record.id),
            ...(item['expires_at'] && { expires_at: item['expires_at'] }),
          },
          ...isNew,
        },
      });
    const { failedConditions } = await transact(this.client, writes);
    if (failedConditions.length === 0) return { created: true, id: record.id };
    if (idempotencyKey === undefined || failedConditions.includes(0))
      return { created: false, id: record.id };
    const known = await this.row(keyRow(idempotencyKey));
    if (known === undefined)
      throw new Error('an idempotency key expired while it was read; send the request again');
    return { created: false, id: requestId(readText(known, 'request')) };
  }

  async get(id: RequestId): Promise<RequestRecord | undefined> {
    const item = await this.row(id);
    return item === undefined ? undefined : this.read(item);
  }

  async advance(id: RequestId, to: RequestStatus, patch: RequestPatch = {}): Promise<'advanced' | 'refused'> {
    const from = statusesBefore(to);
    if (from.length === 0) return 'refused';
    const update = this.change(id, from, { status: text(to), ...patchAttributes(patch) }, [
      ...(patch.cursor === undefined ? ['cursor'] : []),
      // Nothing is fetched any more: what may be a secret is kept no longer than it is needed.
      ...(isFinal(to) ? ['headers_sealed'] : []),
    ]);
    if (!isFinal(to)) return (await this.update(update)) ? 'advanced' : 'refused';
    const { failedConditions } = await transact(this.client, [
      { Update: update },
      { Update: this.activeRow('DELETE', id) },
    ]);
    return failedConditions.length === 0 ? 'advanced' : 'refused';
  }

  async patch(id: RequestId, expected: RequestStatus, patch: RequestPatch): Promise<'patched' | 'refused'> {
    const update = this.change(id, [expected], patchAttributes(patch), []);
    return (await this.update(update)) ? 'patched' : 'refused';
  }

  async list(options: { readonly limit: number; readonly after?: string }): Promise<Page<RequestRecord>> {
    const { table } = this.options;
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: table,
        IndexName: INDEX,
        KeyConditionExpression: 'record_kind = :kind',
        ExpressionAttributeValues: { ':kind': text(REQUEST_KIND) },
        ScanIndexForward: false,
        Limit: options.limit,
        ...(options.after === undefined ? {} : { ExclusiveStartKey: decodePage(options.after) }),
      }),
    );
    const items = await this.records(Items.map((item) => readText(item, 'req_id')));
    return LastEvaluatedKey === undefined ? { items } : { items, next: encodePage(LastEvaluatedKey) };
  }

  async active(): Promise<readonly RequestRecord[]> {
    const row = await this.row(ACTIVE_ROW);
    const records = await this.records(row?.['ids']?.SS ?? []);
    return records.filter(({ status }) => !isFinal(status));
  }

  private change(
    id: RequestId,
    from: readonly RequestStatus[],
    set: Item,
    remove: readonly string[],
  ): Update & { UpdateExpression: string } {
    const fields: Item = { ...set, updated_at: number(this.options.clock.now()) };
    const names = Object.keys(fields);
    return {
      TableName: this.options.table,
      Key: keyOf(id),
      UpdateExpression: `SET ${names.map((_, index) => `#f${index} = :f${index}`).join(', ')}${remove.length === 0 ? '' : ` REMOVE ${remove.map((_, index) => `#r${index}`).join(', ')}`}`,
      ConditionExpression: `#status IN (${from.map((_, index) => `:s${index}`).join(', ')})`,
      ExpressionAttributeNames: {
        '#status': 'status',
        ...Object.fromEntries(remove.map((name, index) => [`#r${index}`, name])),
        ...Object.fromEntries(names.map((name, index) => [`#f${index}`, name])),
      },
      ExpressionAttributeValues: {
        ...Object.fromEntries(from.map((status, index) => [`:s${index}`, text(status)])),
        ...Object.fromEntries(Object.values(fields).map((value, index) => [`:f${index}`, value])),
      },
    };
  }

  /** False where the condition does not hold. */
  private update(update: Update): Promise<boolean> {
    return writeConditionally(() => this.client.send(new UpdateItemCommand(update)));
  }

  private activeRow(action: 'ADD' | 'DELETE', id: RequestId): Update & { UpdateExpression: string } {
    return {
      TableName: this.options.table,
      Key: keyOf(ACTIVE_ROW),
      UpdateExpression: `${action} ids :id`,
      ExpressionAttributeValues: { ':id': { SS: [id] } },
    };
  }

  private async row(key: string): Promise<Item | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.options.table, Key: keyOf(key), ConsistentRead: true }),
    );
    return Item;
  }

  /** Records in the order of these ids; those that expired are left out. */
  private async records(ids: readonly string[]): Promise<readonly RequestRecord[]> {
    const items = await batchGet(this.client, this.options.table, ids.map(keyOf));
    const byId = new Map(items.map((item) => [readText(item, 'req_id'), item]));
    const found = ids.map((id) => byId.get(id)).filter((item) => item !== undefined);
    return Promise.all(found.map((item) => this.read(item)));
  }

  private async read(item: Item): Promise<RequestRecord> {
    return readRequest(item, await this.open(item));
  }

  private async seal(record: RequestRecord): Promise<Uint8Array | undefined> {
    if (record.spec.headers.length === 0) return undefined;
    if (this.options.headers?.seal === undefined)
      throw new Error(`request ${record.id} has headers, and this runtime has no key to store them with`);
    return this.options.headers.seal(record.id, record.spec.headers);
  }

  private async open(item: Item): Promise<readonly RequestHeader[]> {
    const sealed = item['headers_sealed']?.B;
    if (sealed === undefined || this.options.headers?.open === undefined) return [];
    return this.options.headers.open(requestId(readText(item, 'req_id')), sealed);
  }
}
