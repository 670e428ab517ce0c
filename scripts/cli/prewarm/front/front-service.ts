import { Hono } from 'hono';
import { failureBody } from '../../../../lambdas/prewarm/api/failure';
import { jsonAnswer } from '../../../../lambdas/prewarm/api/json-answer';
import { ROUTES } from '../../../../lambdas/prewarm/api/routes';
import type { Log } from '../../../../lambdas/prewarm/engine/ports/log';
import { guard } from '../../../../lambdas/prewarm/one-machine/service/guard';
import {
  isLoopbackHost,
  ListenError,
  type Listener,
  openListener,
} from '../../../../lambdas/prewarm/one-machine/service/listener';
import { type PageFiles, pageServer } from '../../../../lambdas/prewarm/one-machine/service/page';
import { unknownRoute } from '../../../../lambdas/prewarm/one-machine/service/unknown-route';
import { type ApiAccess, ApiClient } from '../service/api-client';
import { answerOf, forward, pathOf, reaching } from './forward';
import { ListUploads } from './list-uploads';

export interface FrontOptions {
  readonly access: ApiAccess;
  /** Loopback only: who reaches it acts with the key of this server. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly page: PageFiles | undefined;
  readonly log: Log;
}

function frontRouter({ access, page, log }: FrontOptions): Hono {
  const client = new ApiClient(access);
  const uploads = new ListUploads(client, access.endpoint);
  const router = new Hono();
  router.use(async (context, next) => {
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    await next();
  });
  router.use(guard({ loopbackOnly: true }));
  router.post('/lists', () => uploads.create());
  router.put('/lists/:id', (context) => uploads.put(context));
  router.get('/report', (context) =>
    reaching(async () => answerOf(await client.download(pathOf('/report', context) ?? 'report'))),
  );
  // What follows is sent on; whatever is no route of the API is not.
  for (const route of ROUTES)
    router.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ':$1'), (context) =>
      forward(client, route, context),
    );
  router.notFound(unknownRoute(page && pageServer(page)));
  router.onError((error, context) => {
    log.error('front-failed', { error: error.message });
    return jsonAnswer(context, failureBody(Date.now(), 'Internal server error.'), 500);
  });
  return router;
}

/**
 * Serves the page in front of a service elsewhere: the key stays with this process, and only routes of the API are sent on, to that
 * service and no other.
 * @throws ListenError
 */
export async function startFront(options: FrontOptions): Promise<Listener> {
  const { host, port } = options;
  if (!isLoopbackHost(host))
    throw new ListenError(
      (names) =>
        `${names.host}: got ${host} with --endpoint; allowed: 127.0.0.1, ::1, localhost, since who reaches this server acts with its key`,
    );
  return openListener(host, port, Promise.resolve(frontRouter(options)));
}
