import { setImmediate } from 'node:timers/promises';
import { parseJson } from '../../errors/json-fault';
import { BODY_LIMITS, JsonBounds } from '../engine/request/json-bounds';
import { BodyMemory } from './body-memory';
import { ApiFailure } from './failure';
import { bodyTooLarge, MAX_RATIO, unpack } from './unpack';

export interface BodyLimits {
  /** Bytes as they arrive. */
  readonly receivedBytes: number;
  /** Bytes after decompression; what stops a small body that unpacks to a huge one. */
  readonly unpackedBytes: number;
}

/** Bodies that all requests read share this memory. */
const memory = new BodyMemory();

/** Releases the memory and the turn that a request's body holds; to be called when the request has been answered. */
export function releaseBody(request: Request): void {
  memory.release(request);
}

/**
 * Yields the body of a request, piece by piece.
 * @throws ApiFailure BAD_INPUT where the client ends the connection before it has sent all: no fault of ours
 */
export async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw new ApiFailure('BAD_INPUT', 'The connection ended before the whole body had come.', {
      cause: error,
    });
  }
}

async function received(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(request.body)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw bodyTooLarge(maxBytes);
    memory.receive(request, chunk.byteLength);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Bytes that are looked through before others get their turn. */
const LOOK_BYTES = 1024 * 1024;
/** Bytes from which a body is large: it waits until the large body before it is dealt with. */
const LARGE_BYTES = 1024 * 1024;

/** Looks through a piece of JSON, with a pause for other requests now and then. */
function lookThrough(bounds: JsonBounds): (piece: Uint8Array) => Promise<void> {
  let looked = 0;
  return async (piece) => {
    for (let at = 0; at < piece.length; at += LOOK_BYTES) {
      const part = piece.subarray(at, at + LOOK_BYTES);
      bounds.look(part);
      looked += part.length;
      if (looked < LOOK_BYTES) continue;
      looked = 0;
      await setImmediate();
    }
  };
}

function parsed(text: string): unknown {
  if (text.trim() === '') throw new ApiFailure('BAD_INPUT', 'The body is empty; send a JSON object.');
  try {
    return parseJson(text);
  } catch (error) {
    throw new ApiFailure('BAD_INPUT', 'The body is not valid JSON.', { cause: error });
  }
}

/** Blanks after a `=` only where one is: two runs of blanks side by side would be tried in every combination. */
const BASE64 = /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/;

function packedInput(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('input' in body)) return undefined;
  if (typeof body.input !== 'string' || !BASE64.test(body.input)) {
    throw new ApiFailure('BAD_INPUT', 'input: must be a base64 text of the gzip-compressed body.');
  }
  return body.input;
}

/** A gateway on the way may have unpacked the body and left the header as it was. */
function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Returns how a body is packed.
 * @throws ApiFailure 415 for a coding that is not read
 */
export function contentEncodingOf(request: Request): 'gzip' | 'identity' {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'gzip' || encoding === 'identity') return encoding;
  throw new ApiFailure(
    'UNSUPPORTED_ENCODING',
    `Content-Encoding: got ${encoding.slice(0, 40)}; allowed: gzip, identity.`,
  );
}

/**
 * Reads a JSON body: plain, with `Content-Encoding: gzip`, or as `{"input": "<base64 of gzip>"}`.
 * @throws ApiFailure 400, 413 or 415 that says what to do.
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const encoding = contentEncodingOf(request);
  const bytes = await received(request, limits.receivedBytes);
  const isGzip = encoding === 'gzip' && isPacked(bytes);
  if (bytes.length * (isGzip ? MAX_RATIO : 1) > LARGE_BYTES) await memory.takeTurn(request);
  const body = isGzip ? await readPacked(bytes, limits) : await readPlain(bytes);
  const input = packedInput(body);
  if (input === undefined) return body;
  if (input.length * MAX_RATIO > LARGE_BYTES) await memory.takeTurn(request);
  return readPacked(Buffer.from(input, 'base64'), limits);
}

async function readPlain(bytes: Buffer): Promise<unknown> {
  await lookThrough(new JsonBounds(BODY_LIMITS))(bytes);
  return parsed(bytes.toString('utf8'));
}

async function readPacked(packed: Buffer, { unpackedBytes }: BodyLimits): Promise<unknown> {
  const bytes = await unpack(packed, unpackedBytes, lookThrough(new JsonBounds(BODY_LIMITS)));
  return parsed(bytes.toString('utf8'));
}
