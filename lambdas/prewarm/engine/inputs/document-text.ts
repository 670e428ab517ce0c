import { createGunzip } from 'node:zlib';
import { UnreadableDocument } from './unreadable-document';

/** Bytes of one piece of decoded text. */
const CHUNK_BYTES = 64 * 1024;

function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function* slices(body: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += CHUNK_BYTES)
    yield body.subarray(start, start + CHUNK_BYTES);
}

async function* unpacked(body: Uint8Array): AsyncIterable<Uint8Array> {
  if (!isGzip(body)) {
    yield* slices(body);
    return;
  }
  const gunzip = createGunzip();
  gunzip.end(body);
  for await (const chunk of gunzip) if (chunk instanceof Uint8Array) yield chunk;
}

/**
 * The text of a document in pieces: unpacked where it is gzip (by its first bytes, whatever its name and type say),
 * decoded as UTF-8 without the byte-order mark.
 * @throws Error when it unpacks to more than `maxBytes`, or is broken
 */
export async function* documentText(body: Uint8Array, maxBytes: number): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8');
  let size = 0;
  try {
    for await (const chunk of unpacked(body)) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new RangeError(`unpacks to more than ${maxBytes} bytes`);
      yield decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UnreadableDocument(`cannot be unpacked: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  yield decoder.decode();
}

/** The whole text of a document that is known to be small. */
export async function wholeText(body: Uint8Array, maxBytes: number): Promise<string> {
  let text = '';
  for await (const part of documentText(body, maxBytes)) text += part;
  return text;
}
