import { BlobNotFound, type BlobStore } from '../../../../../lambdas/prewarm/engine/ports/blob-store';

/** Blobs in memory, for schedules by the thousand. */
export class MemoryBlobStore implements BlobStore {
  readonly blobs = new Map<string, Buffer>();

  async put(
    key: string,
    body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<{ readonly sizeBytes: number }> {
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(Buffer.from(piece));
    const whole = Buffer.concat(pieces);
    this.blobs.set(key, whole);
    return { sizeBytes: whole.length };
  }

  async *read(
    key: string,
    range?: { readonly startByte: number; readonly endByte: number },
  ): AsyncGenerator<Uint8Array> {
    const whole = this.blobs.get(key);
    if (whole === undefined) throw new BlobNotFound(key);
    const part = range ? whole.subarray(range.startByte, range.endByte) : whole;
    if (part.length > 0) yield part;
  }

  async exists(key: string): Promise<boolean> {
    return this.blobs.has(key);
  }

  async link(key: string): Promise<string> {
    return `memory:///${key}`;
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* [...this.blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async remove(key: string): Promise<void> {
    this.blobs.delete(key);
  }
}
