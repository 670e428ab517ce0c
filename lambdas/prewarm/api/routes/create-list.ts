import * as z from 'zod';
import { timestamp } from '../../engine/model/timestamp';
import { MAX_URLS } from '../../engine/request/limits';
import { time } from '../bodies';
import { always, answer, named } from '../documentation';
import { jsonAnswer } from '../json-answer';
import type { Route } from './route';

export const uploadTargetBody = z.strictObject({
  list_id: z.uuid().describe('What `list_id` of a request names the list by.'),
  upload_url: z.url().describe('Where to PUT the list.'),
  expires_at: time.describe('Until when it takes an upload, UTC.'),
});

export const createListRoute: Route = {
  method: 'post',
  path: '/lists',
  operation: {
    operationId: 'createList',
    summary: `A place for a list that is too long for a body: up to ${MAX_URLS} URLs unless configured`,
    description:
      'For lists that are too long for a body. The place takes one upload, and its `list_id` then stands in for `url_list`.',
    tag: 'lists',
    responses: {
      '200': answer(
        'PUT the list to upload_url, one URL per line, then send its list_id. A service on one machine takes it itself, with the x-api-key that it asks for everywhere.',
        named('UploadTarget', uploadTargetBody),
      ),
      ...always,
    },
  },
  async handle(context, { application }) {
    const { listId, url, expiresAt } = await application.createList(new URL(context.req.url).origin);
    return jsonAnswer(context, { list_id: listId, upload_url: url, expires_at: timestamp(expiresAt) });
  },
};
