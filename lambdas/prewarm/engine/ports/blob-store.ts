import { WarmpathError } from '../../../errors/warmpath-error';

/** Named byte streams: URL lists, failures, reports. Keys are `<request id>/<name>`. */
export interface BlobStore {
  /** Writes the whole blob atomically: a reader sees the old one or the new one. */
  put(
    key: string,
    body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<{ readonly sizeBytes: number }>;
  /** Throws BlobNotFound when there is none. `endByte` is one past the last byte. */
  read(
    key: string,
    range?: { readonly startByte: number; readonly endByte: number },
  ): AsyncIterable<Uint8Array>;
  exists(key: string): Promise<boolean>;
  /** Returns a URL under which the blob can be read for `seconds`. */
  link(key: string, seconds: number): Promise<string>;
  /** Keys with this prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  remove(key: string): Promise<void>;
}

export class BlobNotFound extends WarmpathError {
  override readonly name = 'BlobNotFound';
  constructor(readonly key: string) {
    super('BLOB_NOT_FOUND', `no blob ${key}`);
  }
}
