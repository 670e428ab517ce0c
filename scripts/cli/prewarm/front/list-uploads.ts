import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from 'hono';
import { isWarmpathError, WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { type ApiClient, isStorage } from '../service/api-client';
import { putList } from '../service/list-to-send';
import { answerOf, failure, pathOf, reaching } from './forward';

/** A million URLs of a usual length three times over. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;
/** Lists whose place is known; each is uploaded right after it was asked for. */
const MAX_LISTS = 100;

function bounded(): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Uint8Array, _, done) {
      size += chunk.byteLength;
      if (size > MAX_LIST_BYTES)
        done(new WarmpathError('BODY_TOO_LARGE', `List: allowed: ${MAX_LIST_BYTES} bytes.`));
      else done(null, chunk);
    },
  });
}

/**
 * Uploads of lists for a page that may reach this server only: where the endpoint wants a list is kept here, and the list is passed
 * on to it, without the key where that is a bucket.
 */
export class ListUploads {
  private readonly places = new Map<string, URL>();

  constructor(
    private readonly client: ApiClient,
    private readonly endpoint: URL,
  ) {}

  /** `POST /lists`. */
  create(): Promise<Response> {
    return reaching(async () => {
      const response = await this.client.request('lists', { method: 'POST', redirect: 'manual' });
      if (response.status !== 200) return answerOf(response);
      const body: unknown = await response.json().catch(() => undefined);
      const { list_id: id, upload_url: url } = (body ?? {}) as { list_id?: unknown; upload_url?: unknown };
      if (typeof id !== 'string' || typeof url !== 'string' || !URL.canParse(url))
        return failure(502, 'The endpoint answered POST /lists without a place for the list.');
      // A service behind a name of its own takes the list itself, wherever it says.
      const place = new URL(url);
      this.places.set(id, isStorage(place, this.endpoint) ? place : new URL(`lists/${id}`, this.endpoint));
      for (const oldest of this.places.keys()) {
        if (this.places.size <= MAX_LISTS) break;
        this.places.delete(oldest);
      }
      return Response.json({ ...(body as object), upload_url: `/lists/${id}` });
    });
  }

  /** `PUT /lists/{id}`. */
  async put(context: Context): Promise<Response> {
    const id = context.req.param('id') ?? '';
    const place = this.places.get(id);
    if (pathOf('/lists/{id}', context) === undefined || place === undefined)
      return failure(404, 'There is no such list; ask POST /lists for one.');
    const { body } = context.req.raw;
    if (body === null) return failure(400, 'Body: got none; allowed: the list.');
    const folder = await mkdtemp(join(tmpdir(), 'warmpath-list-'));
    try {
      const path = join(folder, 'list');
      await pipeline(Readable.from(body), bounded(), createWriteStream(path, { mode: 0o600 }));
      return await reaching(async () => {
        await putList(place, path, this.client.headersForUpload(place));
        return Response.json({});
      });
    } catch (error) {
      if (isWarmpathError(error, 'BODY_TOO_LARGE')) return failure(413, error.message);
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
