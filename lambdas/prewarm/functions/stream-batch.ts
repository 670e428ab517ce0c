import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type RequestId, requestId } from '../engine/model/ids';
import type { Log } from '../engine/ports/log';

/** Rows of one request within a batch, in the order of the stream. */
export interface StreamGroup<Id extends string> {
  readonly id: Id;
  readonly records: readonly DynamoDBRecord[];
}

/**
 * Runs `run` once for each request that has records in a batch. What follows from an answer: the stream goes on from the
 * first record
 * named as failed and delivers everything from there again, so the earliest record of the failed requests is the one to
 * name; requests that succeeded meanwhile find their work done.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function runPerRequest<Id extends string>(
  event: DynamoDBStreamEvent,
  idOf: (record: DynamoDBRecord) => Id,
  log: Log,
  run: (group: StreamGroup<Id>) => Promise<void>,
): Promise<DynamoDBBatchResponse> {
  const groups = new Map<Id, DynamoDBRecord[]>();
  for (const record of event.Records) {
    const id = idOf(record);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [record]);
    else group.push(record);
  }
  const failed = new Set<DynamoDBRecord>();
  for (const [id, records] of groups) {
    try {
      await run({ id, records });
    } catch (error) {
      log.error('step-failed', {
        requestId: id,
        error: String(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
      for (const record of records) failed.add(record);
    }
  }
  const first = event.Records.find((record) => failed.has(record))?.dynamodb?.SequenceNumber;
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
}

/** Returns the id of the request that a stream record of the Request or the Request-Task table belongs to. */
export function requestIdOfRecord(record: DynamoDBRecord): RequestId {
  const key = record.dynamodb?.Keys?.['req_id']?.S;
  if (key === undefined) throw new TypeError('a record of the stream has no req_id');
  const [id = ''] = key.split('#');
  return requestId(id);
}
