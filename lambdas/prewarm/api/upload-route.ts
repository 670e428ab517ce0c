import { Hono } from 'hono';
import { timestamp } from '../engine/model/timestamp';
import type { PrewarmApplication } from './application';
import { bodyChunks } from './body-chunks';
import { ApiFailure } from './failure';
import * as responses from './responses';
import { isListId } from './uploaded-list';

/** A million URLs of the greatest length that most of them could have. */
const MAX_LIST_BYTES = 1024 ** 3;

async function* bounded(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of bodyChunks(body)) {
    received += chunk.byteLength;
    if (received > MAX_LIST_BYTES)
      throw new ApiFailure(
        'BODY_TOO_LARGE',
        `The list is larger than ${MAX_LIST_BYTES} bytes; split it over several requests.`,
      );
    yield chunk;
  }
}

/** `POST /lists`: where to put a list that is too long for a body; and the place itself, where it is here. */
export function uploadRoute(application: PrewarmApplication): Hono {
  const routes = new Hono();
  routes.post('/lists', async (context) => {
    const { listId, url, expiresAt } = await application.createList(new URL(context.req.url).origin);
    return context.json({ list_id: listId, upload_url: url, expires_at: timestamp(expiresAt) });
  });

  const { receiveList } = application;
  if (receiveList === undefined) return routes;
  routes.put('/lists/:id', async (context) => {
    const id = context.req.param('id');
    const { body } = context.req.raw;
    if (!isListId(id) || body === null)
      throw new ApiFailure(
        'BAD_INPUT',
        'The list is empty or has no id; POST /lists says where to put it, one URL per line.',
      );
    await receiveList(id, bounded(body));
    return context.json(responses.success(`List ${id} stored`, application.now()));
  });
  return routes;
}
