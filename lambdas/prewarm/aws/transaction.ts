import {
  type DynamoDBClient,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { retrying } from './retry';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const MAX_TRANSACTION_ITEMS = 100;

/** Reasons that say "at the same moment", not "never". */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

const codesOf = (error: TransactionCanceledException): readonly string[] =>
  (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');

const mayHeal = (error: unknown): boolean => {
  if (error instanceof TransactionCanceledException) {
    const codes = codesOf(error).filter((code) => code !== 'None');
    return codes.length > 0 && codes.every((code) => PASSING.has(code));
  }
  return error instanceof Error && error.name === 'TransactionInProgressException';
};

/**
 * Writes all or nothing. Conflicts with other transactions are tried again; the client's token makes a repeat after a
 * lost answer harmless. Answers which items' conditions did not hold; nothing is written then.
 */
export const transact = async (
  client: DynamoDBClient,
  items: readonly TransactWriteItem[],
): Promise<{ readonly failedConditions: readonly number[] }> => {
  try {
    await retrying(() => client.send(new TransactWriteItemsCommand({ TransactItems: [...items] })), mayHeal);
    return { failedConditions: [] };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const failedConditions = codesOf(error).flatMap((code, index) =>
      code === 'ConditionalCheckFailed' ? [index] : [],
    );
    if (failedConditions.length === 0) throw error;
    return { failedConditions };
  }
};
