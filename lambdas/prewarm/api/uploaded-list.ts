import { randomUUID } from 'node:crypto';
import { listLines } from '../engine/inputs/list';
import { BlobNotFound, type BlobStore } from '../engine/ports/blob-store';
import { UnreadableDocument } from '../engine/ports/document-reader';
import { InvalidRequest } from '../engine/request/invalid-request';

/** Lifetime of an upload URL, in seconds. */
export const UPLOAD_SECONDS = 3_600;

export function newListId(): string {
  return randomUUID();
}

export function isListId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** Key prefix of uploaded lists, which belong to no request. */
export const LISTS_PREFIX = 'lists/';

/** Returns the key of an uploaded list, which both hosts remove after a day. */
export function listKey(listId: string): string {
  return `${LISTS_PREFIX}${listId.toLowerCase()}.txt`;
}

/** Returns true for a key that `listKey` has made. */
export function isListKey(key: string): boolean {
  return key.endsWith('.txt') && isListId(key.slice(LISTS_PREFIX.length, -'.txt'.length));
}

/**
 * Yields the lines of an uploaded list.
 * @throws InvalidRequest where none was uploaded under this id, or what was is no list or names no URL
 */
export async function* uploadedList(blobs: Pick<BlobStore, 'read'>, listId: string): AsyncGenerator<string> {
  try {
    let isEmpty = true;
    for await (const { text } of listLines(blobs.read(listKey(listId)))) {
      isEmpty = false;
      yield text;
    }
    if (isEmpty) throw new UnreadableDocument('names no URL');
  } catch (error) {
    if (error instanceof UnreadableDocument)
      throw new InvalidRequest([
        {
          field: 'list_id',
          got: `a list that ${error.message}`,
          allowed: 'a text with one URL per line, or a JSON array of URLs, plain or gzip',
        },
      ]);
    if (!(error instanceof BlobNotFound)) throw error;
    throw new InvalidRequest([
      {
        field: 'list_id',
        got: listId,
        allowed: 'the list_id of a list that was uploaded',
        hint: 'PUT the list to the upload_url first',
      },
    ]);
  }
}
