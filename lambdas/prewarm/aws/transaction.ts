import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { isPassingConflict } from './passing-conflict';
import { retrying } from './retry';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const MAX_TRANSACTION_ITEMS = 100;

function codesOf(error: TransactionCanceledException): readonly string[] {
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

/**
 * Writes all or nothing. Conflicts with other transactions are tried again; the client's token makes a repeat after a
 * lost answer harmless. Returns for which items the condition did not hold; nothing is written then.
 */
export async function transact(
  client: DynamoDBClient,
  items: readonly TransactWriteItem[],
): Promise<{ readonly failedConditions: readonly number[] }> {
  try {
    await retrying(
      () => client.send(new TransactWriteItemsCommand({ TransactItems: [...items] })),
      isPassingConflict,
    );
    return { failedConditions: [] };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failedConditions = codesOf(error).flatMap((code, index) =>
      code === 'ConditionalCheckFailed' ? [index] : [],
    );
    if (failedConditions.length === 0) throw error;
    return { failedConditions };
  }
}
