import type { Context } from 'hono';
import { failureBody } from '../../../../lambdas/prewarm/api/failure';
import { bodyChunks } from '../../../../lambdas/prewarm/api/request-body';
import type { Route } from '../../../../lambdas/prewarm/api/routes/route';
import type { ApiClient } from '../service/api-client';
import { ApiUnreachable } from '../service/api-client';

/** What API Gateway takes at most. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** What a browser sends that matters to the API; no cookie, no key, no host of its own. */
const FORWARDED_HEADERS = ['content-type', 'content-encoding', 'accept', 'last-event-id'];
const MEDIA_TYPES = /^(?:application\/json|text\/(?:csv|html|plain|event-stream))(?:;|$)/;
/** Ids of requests and lists. */
const ID = /^[\w-]{1,128}$/;

/** Returns a failure as the API writes one. */
export function failure(status: 400 | 404 | 413 | 502, message: string): Response {
  return Response.json(failureBody(Date.now(), message), { status });
}

/**
 * Returns the path of a request below the endpoint: from the pattern of its route, so that it leads nowhere else; undefined where an
 * id is none.
 */
export function pathOf(pattern: string, context: Context): string | undefined {
  let isPlain = true;
  const path = pattern.slice(1).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = context.req.param(name) ?? '';
    isPlain &&= ID.test(value);
    return value;
  });
  return isPlain ? `${path}${new URL(context.req.url).search}` : undefined;
}

async function bodyOf({ raw }: Context['req']): Promise<Uint8Array<ArrayBuffer> | 'too-large' | undefined> {
  if (raw.body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(raw.body)) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return 'too-large';
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/**
 * Returns an answer of the endpoint as the page gets it: its body and media type, none of its other headers. That the key of this
 * server is refused is a fault between the two, which a key of the visitor would not mend.
 * @param isOptional whether a service may lack the route
 */
export function answerOf(response: Response, isOptional = false): Response {
  const type = response.headers.get('content-type') ?? '';
  if (response.status === 401 || response.status === 403) {
    void response.body?.cancel();
    // A gateway says the same of a route that it does not have.
    if (isOptional) return failure(404, 'The endpoint does not offer this.');
    return failure(
      502,
      `The endpoint answered ${response.status}: it does not take the key that this server was started with (--api-key-file).`,
    );
  }
  if (!MEDIA_TYPES.test(type) || (response.status >= 300 && response.status < 400)) {
    void response.body?.cancel();
    return response.status === 413
      ? failure(413, 'The endpoint takes no body of this size.')
      : failure(502, `The endpoint answered ${response.status} with something else than the API does.`);
  }
  const headers = {
    'content-type': type,
    'x-accel-buffering': 'no',
    // A report is of others: whatever got into it must not run.
    ...(type.startsWith('text/html') && {
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }),
  };
  return new Response(response.body, { status: response.status, headers });
}

/** Returns what `ask` returns; a failure with the reason where the endpoint cannot be reached. */
export async function reaching(ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiUnreachable)) throw error;
    return failure(502, error.message.replace(/^--endpoint: /, ''));
  }
}

/** Sends a request on to the endpoint, with the key of this server. */
export function forward(
  client: ApiClient,
  { path: pattern, needs }: Pick<Route, 'path' | 'needs'>,
  context: Context,
): Promise<Response> {
  return reaching(async () => {
    const path = pathOf(pattern, context);
    if (path === undefined) return failure(404, 'There is no such request.');
    const body = await bodyOf(context.req);
    if (body === 'too-large')
      return failure(413, `Body: allowed: ${MAX_BODY_BYTES} bytes; upload a longer list.`);
    const given = FORWARDED_HEADERS.map((name) => [name, context.req.header(name)] as const);
    const method = context.req.method as 'GET' | 'POST' | 'DELETE';
    return answerOf(
      await client.request(path, {
        method,
        redirect: 'manual',
        headers: Object.fromEntries(
          given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        ),
        signal: context.req.raw.signal,
        ...(body !== undefined && body.length > 0 && { body }),
      }),
      needs !== undefined,
    );
  });
}
