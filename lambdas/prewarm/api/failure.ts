import { WarmpathError } from '../../errors/warmpath-error';
import { timestamp } from '../engine/model/timestamp';

/** An error whose message is written for the API's caller; its code decides the HTTP status. */
export class ApiFailure extends WarmpathError {
  override readonly name = 'ApiFailure';
}

/** Returns the body of every failure except invalid URLs. */
export function failureBody(now: number, message: string) {
  return {
    status: 'failure' as const,
    timestamp: timestamp(now),
    message,
  };
}

/** Messages of failures that arise before a route is reached; API Gateway and the single-machine service share them. */
export const GATEWAY_MESSAGES = {
  wrongKey: 'Forbidden',
  unknownRoute: 'Missing Authentication Token',
} as const;

/** Returns the note that a list in a response was cut by so many entries. */
export function notListed(more: number): string {
  return `${more} more are not listed: the answer would be too long`;
}

/** Messages of the compatible API, spelling included: clients compare them. */
export const MESSAGES = {
  emptyId: 'req_id is empty!',
  unknownIdInProgress: 'The reqeust id is invalid.',
  unknownId: 'Request Id is invalid.',
  summaryTooEarly: (status: string): string =>
    `Job status is ${status},we can the get the summary when the job is "FINISHED" or "STOPPED.`,
  noGroup: 'AutoScalingGroups Not exits',
  capacityRead: 'query success',
  stopWithoutId: 'If you want to clean the SQS,you must input the requst_id',
  notStoppable: 'The data is currently being inserted into SQS or Job is FINISHED.',
  invalidUrls: 'Invalid URLs',
} as const;
