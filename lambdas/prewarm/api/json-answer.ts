import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { visibleJson } from '../engine/model/visible-text';

/**
 * Returns the response of every route that answers with JSON: texts of others, such as refused URLs and unknown field names, are
 * escaped in it, since it is often shown on a terminal as it comes.
 * @param status HTTP status; @default 200
 */
export function jsonAnswer(context: Context, body: unknown, status: ContentfulStatusCode = 200): Response {
  return context.body(visibleJson(body), status, { 'content-type': 'application/json' });
}
