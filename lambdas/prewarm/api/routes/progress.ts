import * as z from 'zod';
import type { RequestRecord } from '../../engine/model/request';
import { timestamp } from '../../engine/model/timestamp';
import { count, requestId, status, time } from '../bodies';
import { always, answer, BAD, named, requestIdParameter, UNKNOWN } from '../documentation';
import { MESSAGES } from '../failure';
import { jsonAnswer } from '../json-answer';
import { findRequest } from '../request-lookup';
import type { Route } from './route';

export const progressBody = z.strictObject({
  request_id: requestId,
  download_size: count.describe('Bytes received.'),
  total_size: count.describe('Bytes expected, as far as sizes are known.'),
  percentage_complete: z.int().min(0).max(100).describe('Of the fetches, rounded down.'),
  available_task_count: count.describe('Slices that wait in the queue, of all requests.'),
  in_progress_task_count: count.describe('Slices that are worked on, of all requests.'),
  download_count: count.describe('Fetches that are done.'),
  total_count: count.describe('Fetches in all: URL x encoding x point of presence.'),
  created_at: time,
  last_update_time: time,
  timestamp: time,
  status,
});

/** Percent of the fetches that are done, rounded down: 100 means all of them. 0 while the total is not known. */
function percentageComplete({ progress, totals }: RequestRecord): number {
  return totals === undefined || totals.fetchCount === 0
    ? 0
    : Math.min(100, Math.floor((progress.fetches / totals.fetchCount) * 100));
}

export const progressRoute: Route = {
  method: 'get',
  path: '/prewarm',
  operation: {
    operationId: 'progress',
    summary: 'How far a request is; the percentage counts fetches and never falls',
    description:
      "For clients of the compatible API. The percentage counts fetches and never falls. The two task counts are the queue's, for all requests together; `GET /requests/{id}` says more of this one.",
    tag: 'requests',
    parameters: [requestIdParameter],
    responses: {
      '200': answer('Where it stands.', named('Progress', progressBody)),
      '400': BAD,
      '404': UNKNOWN,
      ...always,
    },
  },
  async handle(context, { application }) {
    const record = await findRequest(application, context.req.query('req_id'), MESSAGES.unknownIdInProgress);
    const depth = await application.queueDepth();
    return jsonAnswer(context, {
      request_id: record.id,
      download_size: record.progress.bytes,
      total_size: record.urlBytes * record.spec.encodings.length * (record.totals?.popCount ?? 0),
      percentage_complete: percentageComplete(record),
      available_task_count: depth.available,
      in_progress_task_count: depth.inFlight,
      download_count: record.progress.fetches,
      total_count: record.totals?.fetchCount ?? 0,
      created_at: timestamp(record.createdAt),
      last_update_time: timestamp(record.updatedAt),
      timestamp: timestamp(application.now()),
      status: record.status,
    } satisfies z.output<typeof progressBody>);
  },
};
