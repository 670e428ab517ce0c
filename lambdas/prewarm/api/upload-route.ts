import { Hono } from 'hono';
import { timestamp } from '../domain/timestamp';
import type { PrewarmApplication } from './application';
import { ApiFailure } from './failure';

/** `POST /lists`: where to put a list that is too long for a body. */
export const uploadRoute = (application: PrewarmApplication): Hono => {
  const routes = new Hono();
  routes.post('/lists', async (context) => {
    if (application.createList === undefined)
      throw new ApiFailure(404, 'Lists are not uploaded here; send the URLs in the body, or use a file.');
    const { listId, url, expiresAt } = await application.createList();
    return context.json({ list_id: listId, upload_url: url, expires_at: timestamp(expiresAt) });
  });
  return routes;
};
