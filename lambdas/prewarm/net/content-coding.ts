import { promisify } from 'node:util';
import { brotliDecompress, inflate, inflateRaw } from 'node:zlib';
import { UnreadableDocument } from '../engine/ports/document-reader';

/** What zlib says where the output is longer than it may be. */
const TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

/** Codings one on the other: two are seen in the wild, and each may take seconds to take off. */
const MAX_CODINGS = 4;

type Decode = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

/** RFC 9110 means the zlib format; some servers send it without its head. */
const decodeDeflate: Decode = async (body, options) => {
  const decode = ((body[0] ?? 0) & 0x0f) === 8 ? promisify(inflate) : promisify(inflateRaw);
  return decode(body, options);
};

/** Gzip is left as it is: its first bytes tell it, whether it is a coding or a file. */
const DECODERS: ReadonlyMap<string, Decode | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', undefined],
  ['x-gzip', undefined],
  ['br', promisify(brotliDecompress)],
  ['deflate', decodeDeflate],
]);

/**
 * Returns the body without its content coding. None is asked for, but objects that were stored with one come with it all the
 * same.
 * @throws UnreadableDocument where a coding is not known, is broken, or unpacks to more than `maxBytes`, or there are very many
 */
export async function decodeContent(
  body: Uint8Array,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const codings = (contentEncoding ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.length > MAX_CODINGS)
    throw new UnreadableDocument(
      `has ${codings.length} content codings, of which ${MAX_CODINGS} are read at most`,
    );
  let decoded = body;
  // The last coding was put on last.
  for (const coding of codings.reverse()) {
    if (!DECODERS.has(coding))
      throw new UnreadableDocument(
        `has the content coding ${JSON.stringify(coding.slice(0, 40))}, which is not read`,
      );
    const decode = DECODERS.get(coding);
    if (decode === undefined) continue;
    try {
      decoded = await decode(decoded, { maxOutputLength: maxBytes });
    } catch (cause) {
      const isLarge = typeof cause === 'object' && cause !== null && Reflect.get(cause, 'code') === TOO_LARGE;
      throw new UnreadableDocument(
        isLarge ? `unpacks to more than ${maxBytes} bytes` : `cannot be unpacked (${coding})`,
        { cause },
      );
    }
  }
  return decoded;
}
