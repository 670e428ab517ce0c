import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { forEachConcurrently } from '../engine/flow/concurrently';
import type { Item } from './attributes';
import { pauseAfter } from './retry';

const MAX_KEYS = 100;
const CALLS_IN_FLIGHT = 8;

/** Reads rows by key, consistently, in no order; keys without a row are left out. */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  projection?: string,
): Promise<Item[]> {
  const items: Item[] = [];
  const starts = Array.from({ length: Math.ceil(keys.length / MAX_KEYS) }, (_, call) => call * MAX_KEYS);
  await forEachConcurrently(starts, CALLS_IN_FLIGHT, async (start) => {
    let pending = keys.slice(start, start + MAX_KEYS);
    for (let attempt = 0; pending.length > 0; attempt += 1) {
      if (attempt > 0) await pauseAfter(attempt);
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetItemCommand({
          RequestItems: {
            [table]: {
              Keys: pending,
              ConsistentRead: true,
              ...(projection === undefined ? {} : { ProjectionExpression: projection }),
            },
          },
        }),
      );
      items.push(...(Responses?.[table] ?? []));
      pending = UnprocessedKeys?.[table]?.Keys ?? [];
    }
  });
  return items;
}
