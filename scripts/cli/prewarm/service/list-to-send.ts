import { createWriteStream, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { MAX_INLINE_URLS } from '../../../../lambdas/prewarm/engine/request/limits';
import { fetchFailure } from '../../proxy/fetch-failure';
import { type ApiClient, ApiUnreachable } from './api-client';

/** Bytes of URLs that fit the body of a request through API Gateway, with room for its other fields. */
const MAX_INLINE_BYTES = 4_000_000;

/** The beginning of a list: all of it where it fits the body of a request. */
export interface ListStart {
  readonly urls: readonly string[];
  readonly isWhole: boolean;
}

/** Reads a list as far as the body of a request could hold it. */
export async function readListStart(lines: AsyncIterable<string> | Iterable<string>): Promise<ListStart> {
  const urls: string[] = [];
  let bytes = 0;
  for await (const line of lines) {
    // Two quotes and a comma.
    bytes += Buffer.byteLength(line) + 3;
    if (urls.length === MAX_INLINE_URLS || bytes > MAX_INLINE_BYTES) return { urls, isWhole: false };
    urls.push(line);
  }
  return { urls, isWhole: true };
}

async function* withLineEnds(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/**
 * Uploads a list by the route for lists that no body holds, compressed.
 * @param folder where it is put together: a bucket wants to know its length before
 * @returns its `list_id`
 */
export async function uploadList(
  client: ApiClient,
  lines: AsyncIterable<string> | Iterable<string>,
  folder: string,
): Promise<string> {
  const { status, body } = await client.call('POST', 'lists');
  const { list_id: listId, upload_url: uploadUrl } = body;
  if (status !== 200 || typeof listId !== 'string' || typeof uploadUrl !== 'string')
    throw new ApiUnreachable(
      `POST /lists: answered ${status} without a place for the list (${String(body['message'])})`,
    );
  const path = join(folder, 'list.gz');
  await pipeline(Readable.from(withLineEnds(lines)), createGzip(), createWriteStream(path, { mode: 0o600 }));
  await putList(new URL(uploadUrl), path, client.headersForUpload(new URL(uploadUrl)));
  return listId;
}

/**
 * Uploads a file to where a service takes lists.
 * @throws ApiUnreachable
 */
export async function putList(
  url: URL,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  // With a length of its own: a bucket takes no upload without one.
  const body = await openAsBlob(path);
  const response = await fetch(url, { method: 'PUT', headers, body, redirect: 'error' }).catch(
    (cause: unknown) => {
      throw new ApiUnreachable(`the list could not be uploaded to ${url.host}: ${fetchFailure(cause)}`, {
        cause,
      });
    },
  );
  await response.arrayBuffer();
  if (!response.ok)
    throw new ApiUnreachable(
      `the list could not be uploaded: ${url.host} answered ${response.status}; send it again`,
    );
}
