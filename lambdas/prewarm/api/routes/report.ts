import { ReadableStream } from 'node:stream/web';
import * as z from 'zod';
import { REPORT_FORMATS, type ReportFormat, reportKey } from '../../engine/flow/blob-names';
import { REPORT_NAMES } from '../../engine/model/request-blobs';
import { isFinal } from '../../engine/model/request-status';
import { reportBody } from '../bodies';
import { always, answer, FAILURE, GATEWAY_FAILURE, named, queryParameters } from '../documentation';
import { ApiFailure } from '../failure';
import { readBy } from '../query';
import { findRequest } from '../request-lookup';
import type { Route } from './route';

/** Lifetime of the link to a report, in seconds; as in the compatible API. */
export const REPORT_LINK_SECONDS = 600;

const reportQuery = z.object({
  req_id: z.string().min(1).describe('Id of the request.'),
  format: z.enum(REPORT_FORMATS).default('html').describe('csv has the failures only.'),
});

const MEDIA_TYPES: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

export const reportRoute: Route = {
  method: 'get',
  path: '/report',
  operation: {
    operationId: 'report',
    summary: 'The report of a request that has ended',
    description:
      'Written once, when a request ends: a page, a JSON document, or the failures as CSV. A deployed service answers with a redirect to a link that ends after ten minutes; a service on one machine sends the report itself.',
    tag: 'reports',
    parameters: queryParameters(reportQuery),
    responses: {
      '200': {
        description: 'The report.',
        content: {
          'text/csv': 'text',
          'application/json': [named('Report', reportBody)],
          'text/html': 'text',
        },
      },
      '302': { description: 'Where the report can be read for ten minutes.' },
      '400': answer('The input is wrong; `message` names every field at fault.', GATEWAY_FAILURE),
      '404': answer('No such request, or its report is not written yet.', FAILURE),
      ...always,
    },
  },
  async handle(context, { application }) {
    const { req_id: writtenId, format } = readBy(reportQuery, context.req.query());
    const { id, status } = await findRequest(application, writtenId);
    const key = reportKey(id, format);
    if (!(await application.blobs.exists(key))) {
      throw new ApiFailure(
        'NOT_FOUND',
        isFinal(status)
          ? `Request ${id} is ${status}, and its report is being written; ask again in a moment.`
          : `The report of request ${id} is not written yet (status ${status}); ask again once it is FINISHED or STOPPED.`,
      );
    }
    if (application.reportDelivery === 'redirect') {
      return context.redirect(await application.blobs.link(key, REPORT_LINK_SECONDS), 302);
    }
    context.header('content-type', MEDIA_TYPES[format]);
    // URLs and error texts in a report come from outside: whatever got into the page must not run.
    context.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (format !== 'html')
      context.header('content-disposition', `attachment; filename="${id}-${REPORT_NAMES[format]}"`);
    // An error while reading breaks the connection, so that half a report never passes for a whole one.
    return context.body(ReadableStream.from(application.blobs.read(key)));
  },
};
