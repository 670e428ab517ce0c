import { randomUUID } from 'node:crypto';
import { Hono, type MiddlewareHandler, type NotFoundHandler } from 'hono';
import { routePath } from 'hono/route';
import { isWarmpathError, type WarmpathError } from '../../errors/warmpath-error';
import { InvalidUrls } from '../engine/request/invalid-request';
import type { PrewarmApplication } from './application';
import { ApiFailure, failureBody, GATEWAY_MESSAGES, MESSAGES } from './failure';
import { jsonAnswer } from './json-answer';
import { openApiDocument } from './openapi';
import { type BodyLimits, releaseBody } from './request-body';
import { invalidUrls } from './responses';
import { ROUTES } from './routes';

/** Holds 100,000 URLs of a usual length several times over; the gateway itself ends at 10 MB. */
const DEFAULT_LIMITS: BodyLimits = { receivedBytes: 32 * 1024 * 1024, unpackedBytes: 64 * 1024 * 1024 };

export interface RouterOptions {
  /** @default 32 MiB as received, 64 MiB unpacked */
  readonly limits?: BodyLimits;
  /**
   * Refuses who may not call; what it refuses is logged as well.
   * @default - the gateway in front has done so
   */
  readonly guard?: MiddlewareHandler;
  /**
   * Handles requests that match no route.
   * @default - as the gateway does, with 403
   */
  readonly unknownRoute?: NotFoundHandler;
}

/** Values that middlewares pass on to each other with a request. */
export interface ApiEnvironment {
  readonly Variables: { readonly requestId: string };
}

/** Returns what the caller is told: the message of an error that is theirs to mend, and nothing of any other. */
function asFailure(error: unknown): WarmpathError {
  if (isWarmpathError(error, 'FLEET_NOT_FOUND')) {
    return new ApiFailure('FLEET_NOT_FOUND', MESSAGES.noGroup, { cause: error });
  }
  if (error instanceof ApiFailure || (isWarmpathError(error) && error.httpStatus < 500)) return error;
  return new ApiFailure(
    'INTERNAL',
    'Internal server error; the log has the reason under the x-request-id of this answer.',
    { cause: error },
  );
}

/**
 * Returns the HTTP API over an application: the same routes, bodies and messages for the single-machine service and for the API
 * function. Who may call is decided in front of it: by the gateway, or by the service.
 */
export function createRouter(
  application: PrewarmApplication,
  options: RouterOptions = {},
): Hono<ApiEnvironment> {
  const router = new Hono<ApiEnvironment>();
  const { log } = application;
  const { limits = DEFAULT_LIMITS, guard } = options;

  router.use(async (context, next) => {
    const start = performance.now();
    const requestId = randomUUID();
    context.set('requestId', requestId);
    context.header('x-request-id', requestId);
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
    try {
      await next();
    } finally {
      releaseBody(context.req.raw);
    }
    log.info('http', {
      method: context.req.method,
      // The route and not the path: ids and query strings stay out of the log.
      route: routePath(context, -1),
      status: context.res.status,
      latencyMs: Math.round(performance.now() - start),
      requestId,
    });
  });

  if (guard !== undefined) router.use(guard);

  router.onError((error, context) => {
    if (error instanceof InvalidUrls) {
      return jsonAnswer(context, invalidUrls(error, application.now()), 400);
    }
    const failure = asFailure(error);
    if (failure.httpStatus >= 500) {
      const cause = failure.cause instanceof Error ? failure.cause : failure;
      log.error('http-failed', {
        requestId: context.get('requestId'),
        error: cause.message,
        ...(isWarmpathError(cause) && { code: cause.code }),
        stack: cause.stack,
      });
    }
    return jsonAnswer(context, failureBody(application.now(), failure.message), failure.httpStatus);
  });
  router.notFound(
    options.unknownRoute ??
      ((context) => jsonAnswer(context, failureBody(application.now(), GATEWAY_MESSAGES.unknownRoute), 403)),
  );

  let document: object | undefined;
  const tools = {
    application,
    limits,
    // Made when somebody asks: most functions end without having told anybody what they are.
    document: () => {
      document ??= openApiDocument({ has: (part) => application[part] !== undefined });
      return document;
    },
  };
  for (const { method, path, needs, handle } of ROUTES) {
    if (needs !== undefined && application[needs] === undefined) continue;
    router[method](path.replace(/\{(\w+)\}/g, ':$1'), (context) => handle(context, tools));
  }
  return router;
}
