import * as z from 'zod';
import { failedUrlsKey, reportKey } from '../../engine/flow/blob-names';
import { isFinal } from '../../engine/model/request-status';
import { timestamp } from '../../engine/model/timestamp';
import { requestId, time } from '../bodies';
import { always, answer, BAD, FAILURE, named, requestIdParameter, UNKNOWN } from '../documentation';
import { ApiFailure, MESSAGES, notListed } from '../failure';
import { firstLines } from '../first-lines';
import { jsonAnswer } from '../json-answer';
import { findRequest } from '../request-lookup';
import { REPORT_LINK_SECONDS } from './report';
import type { Route } from './route';

/** URLs that sizing could not reach, in one summary; the reports have all of them. */
const LISTED_URLS = 10_000;

export const summaryBody = z.strictObject({
  request_id: requestId,
  failure_pops: z.array(z.string()).describe('Codes of points of presence without an address.'),
  failure_urls: z.array(z.string()).describe(`URLs whose size could not be asked, ${LISTED_URLS} at most.`),
  failure_pop_urls_report: z.string().describe('Link to all failures as CSV, for ten minutes.'),
  timestamp: time,
  created_at: time,
  last_update_time: time,
  status: z.enum(['FINISHED', 'STOPPED']),
  message: z.string().optional().describe('How many failed URLs are not listed; absent when all are.'),
});

export const summaryRoute: Route = {
  method: 'get',
  path: '/summary',
  operation: {
    operationId: 'summary',
    summary: 'What a request that has ended came to',
    description:
      'For clients of the compatible API: at most 10,000 failed URLs, and a link that opens the list of failures for ten minutes. The reports have all of them.',
    tag: 'reports',
    parameters: [requestIdParameter],
    responses: {
      '200': answer('PoPs and URLs that failed, and a link to the failures.', named('Summary', summaryBody)),
      '400': BAD,
      '404': UNKNOWN,
      '409': answer('It has not ended.', FAILURE),
      ...always,
    },
  },
  async handle(context, { application }) {
    const record = await findRequest(application, context.req.query('req_id'));
    const { id, status } = record;
    if (!isFinal(status)) throw new ApiFailure('CONFLICT', MESSAGES.summaryTooEarly(status));
    const pops = await application.pops(id);
    const { lines, isWhole } = await firstLines(application.blobs, failedUrlsKey(id), LISTED_URLS);
    return jsonAnswer(context, {
      request_id: id,
      failure_pops: pops.filter((pop) => pop.status === 'FAILED').map(({ pop }) => pop),
      failure_urls: [...lines],
      failure_pop_urls_report: await application.blobs.link(reportKey(id, 'csv'), REPORT_LINK_SECONDS),
      timestamp: timestamp(application.now()),
      created_at: timestamp(record.createdAt),
      last_update_time: timestamp(record.updatedAt),
      status,
      ...(!isWhole && { message: `failure_urls: ${notListed(record.failedUrlCount - lines.length)}` }),
    } satisfies z.output<typeof summaryBody>);
  },
};
