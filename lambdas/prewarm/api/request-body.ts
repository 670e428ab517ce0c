import { gunzip } from 'node:zlib';
import { bodyChunks } from './body-chunks';
import { ApiFailure } from './failure';

export interface BodyLimits {
  /** Bytes as they arrive. */
  readonly receivedBytes: number;
  /** Bytes after decompression; what stops a small body that unpacks to a huge one. */
  readonly unpackedBytes: number;
}

function tooLarge(bytes: number): ApiFailure {
  return new ApiFailure(
    'BODY_TOO_LARGE',
    `The body is larger than ${bytes} bytes. Send it compressed (Content-Encoding: gzip), or upload the list: POST /lists.`,
  );
}

async function received(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(request.body)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpacked(packed: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(packed, { maxOutputLength: maxBytes }, (error, data) => {
      if (error === null) resolve(data);
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(maxBytes));
      else
        reject(new ApiFailure('BAD_INPUT', `The body is not gzip data: ${error.message}.`, { cause: error }));
    });
  });
}

function parsed(text: string): unknown {
  if (text.trim() === '') throw new ApiFailure('BAD_INPUT', 'The body is empty; send a JSON object.');
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the body, which may hold secrets.
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
 * Reads a JSON body: plain, with `Content-Encoding: gzip`, or as `{"input": "<base64 of gzip>"}`.
 * @throws ApiFailure 400, 413 or 415 that says what to do.
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw new ApiFailure(
      'UNSUPPORTED_ENCODING',
      `Content-Encoding: got ${encoding.slice(0, 40)}; allowed: gzip, identity.`,
    );
  }
  const bytes = await received(request, limits.receivedBytes);
  const plain = encoding === 'gzip' && isPacked(bytes) ? await unpacked(bytes, limits.unpackedBytes) : bytes;
  const body = parsed(plain.toString('utf8'));
  const input = packedInput(body);
  if (input === undefined) return body;
  return parsed((await unpacked(Buffer.from(input, 'base64'), limits.unpackedBytes)).toString('utf8'));
}
