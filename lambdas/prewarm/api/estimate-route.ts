import { Hono } from 'hono';
import { DEFAULT_OBJECT_BYTES, estimate, type ObjectSize } from '../engine/estimate/estimate';
import type { PrewarmApplication } from './application';
import { readBy } from './query';
import { type BodyLimits, readJsonBody } from './request-body';
import { estimateExtras } from './request-schemas';
import * as responses from './responses';

function withoutExtras(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { average_object_bytes: _, ...request } = body as { average_object_bytes?: unknown };
  return request;
}

/** URLs that a request would warm: duplicates are left out, as they are there. */
async function count(urls: AsyncIterable<string>): Promise<number> {
  const seen = new Set<string>();
  for await (const url of urls) seen.add(url);
  return seen.size;
}

/** Requests looked through for one of the same distribution. */
const REMEMBERED_REQUESTS = 100;

/** What objects of this distribution had on average when they were last sized. */
async function rememberedObjectBytes(
  application: PrewarmApplication,
  distributionDomain: string,
): Promise<number | undefined> {
  const { items } = await application.list({ limit: REMEMBERED_REQUESTS });
  const last = items.find(
    ({ spec, urlBytes, totals }) =>
      spec.distributionDomain === distributionDomain && urlBytes > 0 && totals !== undefined,
  );
  return last?.totals === undefined ? undefined : Math.round(last.urlBytes / last.totals.urlCount);
}

async function objectSize(
  application: PrewarmApplication,
  distributionDomain: string,
  given: number | undefined,
): Promise<ObjectSize> {
  if (given !== undefined) return { bytes: given, source: 'given' };
  const remembered = await rememberedObjectBytes(application, distributionDomain);
  return remembered === undefined
    ? { bytes: DEFAULT_OBJECT_BYTES, source: 'assumed' }
    : { bytes: remembered, source: 'remembered' };
}

/** `POST /estimate`: the body of `POST /prewarm`; nothing is started. */
export function estimateRoute(application: PrewarmApplication, limits: BodyLimits): Hono {
  const routes = new Hono();
  routes.post('/estimate', async (context) => {
    const body = await readJsonBody(context.req.raw, limits);
    const { spec, urls } = await application.parse(withoutExtras(body));
    const { average_object_bytes: given } = readBy(estimateExtras, body);
    const result = estimate({
      spec,
      urlCount: await count(urls),
      objectSize: await objectSize(application, spec.distributionDomain, given),
      findPlace: (pop) => application.directory.find(pop),
    });
    return context.json(responses.estimated(result));
  });
  return routes;
}
