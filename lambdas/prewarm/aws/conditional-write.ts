import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { isPassingConflict } from './passing-conflict';
import { retrying } from './retry';

/**
 * Sends the write of one row. Returns false, with nothing written, where its condition does not hold. Transactions
 * that touch the row at the same moment are waited out.
 */
export async function writeConditionally(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await retrying(send, isPassingConflict);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
