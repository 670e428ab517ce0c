import { createGunzip } from 'node:zlib';
import { isWarmpathError } from '../../errors/warmpath-error';
import { ApiFailure } from './failure';

export function bodyTooLarge(bytes: number): ApiFailure {
  return new ApiFailure(
    'BODY_TOO_LARGE',
    `The body is larger than ${bytes} bytes. Send it compressed (Content-Encoding: gzip), or upload the list: POST /lists.`,
  );
}

/** Unpacked bytes from which the ratio counts: small bodies may be as repetitive as they like. */
const FREE_BYTES = 1024 * 1024;
/** Unpacked bytes for each packed one: lists of URLs have 10 to 50, what is made to fill a memory has 1,000. */
export const MAX_RATIO = 200;

/**
 * Unpacks gzip data piece by piece, and ends at the first piece that `look` or a bound refuses.
 * @throws ApiFailure 400 where it is no gzip data, 413 where it unpacks to too much
 */
export async function unpack(
  packed: Buffer,
  maxBytes: number,
  look: (piece: Uint8Array) => Promise<void>,
): Promise<Buffer> {
  const gunzip = createGunzip();
  gunzip.end(packed);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw bodyTooLarge(maxBytes);
      if (size > Math.max(FREE_BYTES, packed.length * MAX_RATIO))
        throw new ApiFailure(
          'BODY_TOO_LARGE',
          `The body unpacks to more than ${MAX_RATIO} times its size; allowed: up to ${MAX_RATIO} times. Leave repeated URLs out.`,
        );
      await look(piece);
      pieces.push(piece);
    }
  } catch (error) {
    if (isWarmpathError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiFailure('BAD_INPUT', `The body is not gzip data: ${reason}.`, { cause: error });
  } finally {
    gunzip.destroy();
  }
  return Buffer.concat(pieces);
}
