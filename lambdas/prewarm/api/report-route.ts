import { ReadableStream } from 'node:stream/web';
import { Hono } from 'hono';
import { REPORT_NAMES } from '../engine/flow/blob-names';
import type { PrewarmApplication } from './application';
import { ApiFailure } from './failure';
import { REPORT_LINK_SECONDS } from './prewarm-routes';
import { readBy } from './query';
import { findRequest } from './request-lookup';
import { type ReportFormat, reportQuery } from './request-schemas';

/** Where each format is stored, below the request's id. */
export const REPORT_BLOBS: Readonly<Record<ReportFormat, { readonly name: string; readonly type: string }>> =
  {
    csv: { name: REPORT_NAMES.csv, type: 'text/csv; charset=utf-8' },
    json: { name: REPORT_NAMES.json, type: 'application/json' },
    html: { name: REPORT_NAMES.html, type: 'text/html; charset=utf-8' },
  };

/** `GET /report`: what the run came to, as a file. */
export function reportRoute(application: PrewarmApplication): Hono {
  const routes = new Hono();
  routes.get('/report', async (context) => {
    const { req_id: id, format } = readBy(reportQuery, context.req.query());
    const record = await findRequest(application, id);
    const { name, type } = REPORT_BLOBS[format];
    const key = `${record.id}/${name}`;
    if (!(await application.blobs.exists(key))) {
      throw new ApiFailure(
        'NOT_FOUND',
        `The report of request ${record.id} is not written yet (status ${record.status}); ask again once it is FINISHED or STOPPED.`,
      );
    }
    if (application.reportDelivery === 'redirect') {
      return context.redirect(await application.blobs.link(key, REPORT_LINK_SECONDS), 302);
    }
    context.header('content-type', type);
    // URLs and error texts in a report come from outside: whatever got into the page must not run.
    context.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (format !== 'html')
      context.header('content-disposition', `attachment; filename="${record.id}-${name}"`);
    // An error while reading breaks the connection, so that half a report never passes for a whole one.
    return context.body(ReadableStream.from(application.blobs.read(key)));
  });
  return routes;
}
