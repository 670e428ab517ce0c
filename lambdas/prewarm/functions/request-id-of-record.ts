import type { DynamoDBRecord } from 'aws-lambda';
import { type RequestId, requestId } from '../engine/model/ids';

/** The request that a record of the Request or the Request-Task table's stream belongs to. */
export function requestIdOfRecord(record: DynamoDBRecord): RequestId {
  const key = record.dynamodb?.Keys?.['req_id']?.S;
  if (key === undefined) throw new TypeError('a record of the stream has no req_id');
  const [id = ''] = key.split('#');
  return requestId(id);
}
