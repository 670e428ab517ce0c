import {
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';

/** Cancellation reasons that are transient. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Returns true where a write failed only because a transaction touched its rows at the same moment: nothing was written,
 * and a
 * repeat may succeed. The SDK does not repeat these.
 */
export function isPassingConflict(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const codes = (error.CancellationReasons ?? []).flatMap(({ Code = 'None' }) =>
      Code === 'None' ? [] : [Code],
    );
    return codes.length > 0 && codes.every((code) => PASSING.has(code));
  }
  // The first is what a plain write gets, the second a transaction whose token is still at work.
  return error instanceof TransactionConflictException || error instanceof TransactionInProgressException;
}
