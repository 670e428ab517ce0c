import { createGunzip } from 'node:zlib';
import { type FetchedDocument, UnreadableDocument } from '../ports/document-reader';
import type { DocumentStart } from './document-format';
import { encodingOf } from './encoding';
import { excerpt } from './resolve-url';

/** Bytes of one piece of decoded text. */
const CHUNK_BYTES = 64 * 1024;
/** Enough to tell gzip, and an encoding by its declaration. */
const START_BYTES = 512;
/** Characters in which comments and a declaration before the first element end, nearly always. */
const START_CHARACTERS = 4_096;
/** Blanks before it included. */
const MAX_START_CHARACTERS = 64 * 1024;
/** A file of its own in a content coding that was not announced: twice is seen in the wild, more is not. */
const MAX_GZIP_LAYERS = 2;

function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

/** Yields the bytes in pieces that are handled in one turn of the event loop. */
export function* slices(body: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < body.byteLength; start += CHUNK_BYTES)
    yield body.subarray(start, start + CHUNK_BYTES);
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip();
  async function feed(): Promise<void> {
    for await (const chunk of chunks) {
      if (unpacker.destroyed) return;
      if (unpacker.write(chunk)) continue;
      await new Promise((resolve) => unpacker.once('drain', resolve).once('close', resolve));
    }
    unpacker.end();
  }
  feed().catch((error) => unpacker.destroy(error));
  try {
    for await (const chunk of unpacker) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    unpacker.destroy();
  }
}

/** Yields the bytes in other pieces: the first has enough of them to tell what they are. */
async function* withStart(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (start === undefined) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.byteLength < START_BYTES) continue;
      yield start;
      start = undefined;
    }
  }
  if (start !== undefined) yield start;
}

/** Yields the bytes, unpacked where they begin as a gzip file does, whatever name and type say. */
export async function* unpacked(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let current = withStart(chunks);
  for (let layer = 0; layer <= MAX_GZIP_LAYERS; layer += 1) {
    const first = await current.next();
    if (first.done) return;
    const { value: start } = first;
    const rest = current;
    async function* all(): AsyncGenerator<Uint8Array, void> {
      yield start;
      yield* rest;
    }
    if (!isGzip(start) || layer === MAX_GZIP_LAYERS) {
      yield* all();
      return;
    }
    current = withStart(gunzip(all()));
  }
}

/**
 * Yields the text of a document in pieces: unpacked where it is gzip, decoded as its byte-order mark, its media type or its XML
 * declaration says, as UTF-8 without these. What does not fit the encoding becomes U+FFFD.
 * @throws UnreadableDocument where it unpacks to more than `maxBytes`, is broken, or its encoding is unknown
 */
export async function* documentText(
  { body, contentType }: Pick<FetchedDocument, 'body' | 'contentType'>,
  maxBytes: number,
): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let size = 0;
  try {
    for await (const chunk of unpacked(slices(body))) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new UnreadableDocument(`unpacks to more than ${maxBytes} bytes`);
      decoder ??= decoderFor(encodingOf(chunk, contentType));
      yield decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    if (error instanceof UnreadableDocument) throw error;
    throw new UnreadableDocument(`cannot be unpacked: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  if (decoder !== undefined) yield decoder.decode();
}

function decoderFor(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new UnreadableDocument(`is in the encoding ${excerpt(encoding)}, which is not known`, { cause });
  }
}

/**
 * Returns the beginning of a document, to tell its format by.
 * @throws UnreadableDocument where it cannot be unpacked or decoded
 */
export async function documentStart(document: FetchedDocument, maxBytes: number): Promise<DocumentStart> {
  let text = '';
  let read = 0;
  for await (const part of documentText(document, maxBytes)) {
    text = (text + part).trimStart();
    read += part.length;
    if (text.length >= START_CHARACTERS || read >= MAX_START_CHARACTERS) break;
  }
  return { text: text.slice(0, START_CHARACTERS), path: new URL(document.url).pathname.toLowerCase() };
}

/** Returns the whole text of a document that is known to be small. */
export async function wholeText(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
