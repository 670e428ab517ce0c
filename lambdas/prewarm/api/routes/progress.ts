import * as z from 'zod';
import type { RequestRecord } from '../../engine/model/request';
import { timestamp } from '../../engine/model/timestamp';
import { count, status, time } from '../bodies';
import { always, answer, BAD, named, requestIdParameter, UNKNOWN } from '../documentation';
import { MESSAGES } from '../failure';
import { jsonAnswer } from '../json-answer';
import { findRequest } from '../request-lookup';
import type { Route } from './route';

export const progressBody = z.strictObject({
  request_id: z.uuid(),
  download_size: count,
  total_size: count,
  percentage_complete: z.int().min(0).max(100),
  available_task_count: count,
  in_progress_task_count: count,
  download_count: count,
  total_count: count,
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
