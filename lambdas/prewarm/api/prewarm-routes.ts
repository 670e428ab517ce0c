import { Hono } from 'hono';
import { isFinal } from '../engine/model/request-status';
import type { PrewarmApplication } from './application';
import { ApiFailure, MESSAGES } from './failure';
import { firstLines } from './first-lines';
import { type BodyLimits, readJsonBody } from './request-body';
import { findRequest } from './request-lookup';
import * as responses from './responses';

/** How long the link to a report opens it; that of the compatible API. */
export const REPORT_LINK_SECONDS = 600;
/** URLs that sizing could not reach, in one summary; the reports have all of them. */
const LISTED_URLS = 10_000;

/** `/prewarm` and `/summary`. */
export function prewarmRoutes(application: PrewarmApplication, limits: BodyLimits): Hono {
  const routes = new Hono();

  routes.post('/prewarm', async (context) => {
    const body = await readJsonBody(context.req.raw, limits);
    const record = await application.submit(await application.parse(body));
    return context.json(responses.accepted(record));
  });

  routes.get('/prewarm', async (context) => {
    const record = await findRequest(application, context.req.query('req_id'), MESSAGES.unknownIdInProgress);
    return context.json(responses.progress(record, await application.queueDepth(), application.now()));
  });

  routes.delete('/prewarm', async (context) => {
    const record = await findRequest(application, context.req.query('req_id'));
    const stopped = record.status === 'STOPPED' || (await application.stop(record.id));
    if (!stopped) throw new ApiFailure('CONFLICT', `Request ${record.id} has ended already.`);
    return context.json(responses.success(`Request ${record.id} stopped`, application.now()));
  });

  routes.get('/summary', async (context) => {
    const record = await findRequest(application, context.req.query('req_id'));
    const { id, status } = record;
    if (!isFinal(status)) throw new ApiFailure('CONFLICT', MESSAGES.summaryTooEarly(status));
    const pops = await application.pops(id);
    const parts = {
      record,
      status,
      failurePops: pops.filter((pop) => pop.status === 'FAILED').map(({ pop }) => pop),
      failureUrls: await firstLines(application.blobs, `${id}/failed_urls.txt`, LISTED_URLS),
      reportLink: await application.blobs.link(`${id}/failed_pop_urls.csv`, REPORT_LINK_SECONDS),
    };
    return context.json(responses.summary(parts, application.now()));
  });

  return routes;
}
