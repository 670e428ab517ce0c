import { Hono } from 'hono';
import { estimate } from '../domain/estimate';
import type { PrewarmApplication } from './application';
import { readBy } from './query';
import { type BodyLimits, readJsonBody } from './request-body';
import { estimateExtras } from './request-schemas';
import * as responses from './responses';

const withoutExtras = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { average_object_bytes: _, ...request } = body as { average_object_bytes?: unknown };
  return request;
};

/** URLs that a request would warm: duplicates are left out, as they are there. */
const count = async (urls: AsyncIterable<string>): Promise<number> => {
  const seen = new Set<string>();
  for await (const url of urls) seen.add(url);
  return seen.size;
};

/** `POST /estimate`: the body of `POST /prewarm`; nothing is started. */
export const estimateRoute = (application: PrewarmApplication, limits: BodyLimits): Hono => {
  const routes = new Hono();
  routes.post('/estimate', async (context) => {
    const body = await readJsonBody(context.req.raw, limits);
    const { spec, urls } = await application.parse(withoutExtras(body));
    const { average_object_bytes: objectBytes } = readBy(estimateExtras, body);
    const result = estimate({
      spec,
      urlCount: await count(urls),
      ...(objectBytes !== undefined && { objectBytes }),
      findPlace: (pop) => application.directory.find(pop),
    });
    return context.json(responses.estimated(result));
  });
  return routes;
};
