/** A queue and tables on loopback that speak the protocols of SQS and DynamoDB; forked by `fake-aws.ts`. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { FakeTables, type SortKeys, type TableWrite } from './fake-tables';

export interface FakeAwsOptions {
  /** From a call read to its answer sent. */
  readonly latencyMs: number;
  readonly sortKeys: SortKeys;
}

/** Calls of the queue and of the tables since the last question. */
export interface FakeAwsCounts {
  readonly queueCalls: number;
  readonly messages: number;
  /** Rows put or updated, each one of a transaction. */
  readonly tableWrites: number;
  /** Calls that write, a transaction being one. */
  readonly tableWriteCalls: number;
  readonly tableReadCalls: number;
}

/** The one call that is not AWS's: writes rows at once, uncounted and without delay. */
export const PRELOAD = 'Preload';
export const COUNTS = 'Counts';

/** What a call may hold, of whichever operation. */
interface Call extends TableWrite {
  readonly rows?: readonly TableWrite[];
  readonly Entries?: readonly { readonly Id: string; readonly MessageBody: string }[];
  readonly TransactItems?: readonly { readonly Put?: TableWrite; readonly Update?: TableWrite }[];
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly Record<string, AttributeValue>[] }>
  >;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function fault(type: string, more: object = {}): Answer {
  return {
    status: 400,
    body: { __type: type, message: type, ...more },
  };
}

function start({ latencyMs, sortKeys }: FakeAwsOptions): void {
  const tables = new FakeTables(sortKeys);
  const none = { queueCalls: 0, messages: 0, tableWrites: 0, tableWriteCalls: 0, tableReadCalls: 0 };
  let counts = { ...none };

  function sendBatch(entries: NonNullable<Call['Entries']>): Answer {
    counts.queueCalls += 1;
    counts.messages += entries.length;
    function md5(text: string): string {
      return createHash('md5').update(text).digest('hex');
    }
    return ok({
      Successful: entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        MD5OfMessageBody: md5(MessageBody),
      })),
      Failed: [],
    });
  }

  function write(writes: readonly TableWrite[], asTransaction: boolean): Answer {
    counts.tableWriteCalls += 1;
    counts.tableWrites += writes.length;
    const failed = tables.write(writes);
    if (!failed.includes(true)) return ok({});
    return asTransaction
      ? fault('TransactionCanceledException', {
          CancellationReasons: failed.map((one) => ({ Code: one ? 'ConditionalCheckFailed' : 'None' })),
        })
      : fault('ConditionalCheckFailedException');
  }

  function read(rows: unknown): Answer {
    counts.tableReadCalls += 1;
    return ok(rows);
  }

  const operations: Readonly<Record<string, (call: Call) => Answer>> = {
    [PRELOAD]: ({ rows = [] }) => {
      tables.write(rows);
      return ok({});
    },
    [COUNTS]: () => {
      const taken = counts;
      counts = { ...none };
      return ok(taken);
    },
    SendMessageBatch: ({ Entries = [] }) => sendBatch(Entries),
    PutItem: (call) => write([call], false),
    UpdateItem: (call) => write([call], false),
    TransactWriteItems: ({ TransactItems = [] }) =>
      write(
        TransactItems.flatMap(({ Put, Update }) => Put ?? Update ?? []),
        true,
      ),
    GetItem: ({ TableName, Key = {} }) => read({ Item: tables.get(TableName, Key) }),
    BatchGetItem: ({ RequestItems = {} }) => {
      const found = Object.entries(RequestItems).map(
        ([table, { Keys }]) =>
          [table, Keys.map((key) => tables.get(table, key)).filter((row) => row !== undefined)] as const,
      );
      return read({ Responses: Object.fromEntries(found), UnprocessedKeys: {} });
    },
    Query: ({ TableName, ExpressionAttributeValues = {} }) => {
      const [partition] = Object.values(ExpressionAttributeValues);
      const Items = partition === undefined ? [] : tables.query(TableName, partition);
      return read({ Items, Count: Items.length });
    },
  };

  async function textOf(request: IncomingMessage): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    return Buffer.concat(pieces).toString('utf8');
  }

  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const { status, body } = operations[operation]?.(JSON.parse(text)) ?? fault('UnknownOperationException');
    const answer = JSON.stringify(body);
    function send(): void {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer);
    }
    if (operation === PRELOAD || operation === COUNTS) send();
    else setTimeout(send, latencyMs);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

process.once('message', (options: FakeAwsOptions) => start(options));
process.once('disconnect', () => process.exit(0));
