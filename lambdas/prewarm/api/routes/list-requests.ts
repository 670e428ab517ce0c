import * as z from 'zod';
import { reportOf } from '../../engine/report/request-report';
import { requestLine as requestLineBody } from '../bodies';
import { always, answer, BAD, NO_FLEET, named, queryParameters } from '../documentation';
import { jsonAnswer } from '../json-answer';
import { readBy } from '../query';
import { requestLine, withWaitingNote } from '../responses';
import type { Route } from './route';

export const LARGEST_PAGE = 200;
const PAGE = 50;

const listQuery = z.object({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(LARGEST_PAGE))
    .default(PAGE)
    .describe(`Requests per page, 1 to ${LARGEST_PAGE}.`),
  after: z.string().min(1).max(512).optional().describe('`next` of the page before.'),
});

export const requestListBody = z.strictObject({
  requests: z.array(requestLineBody),
  next: z.string().nullable().describe('The `after` of the next page; null on the last page.'),
});

export const listRequestsRoute: Route = {
  method: 'get',
  path: '/requests',
  operation: {
    operationId: 'list',
    summary: 'Requests, newest first',
    description:
      'Page by page: `next` of an answer is the `after` of the call for the next page. Whoever may call sees every request.',
    tag: 'requests',
    parameters: queryParameters(listQuery),
    responses: {
      '200': answer('One page.', named('RequestList', requestListBody)),
      '400': BAD,
      '404': NO_FLEET,
      ...always,
    },
  },
  async handle(context, { application }) {
    const { limit, after } = readBy(listQuery, context.req.query());
    const page = await application.list({ limit, ...(after !== undefined && { after }) });
    const records = await withWaitingNote(application, page.items);
    return jsonAnswer(context, {
      requests: records.map((record) =>
        requestLine(reportOf(record, [], (code) => application.directory.find(code))),
      ),
      next: page.next ?? null,
    });
  },
};
