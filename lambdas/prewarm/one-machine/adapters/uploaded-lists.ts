import { ApiFailure } from '../../api/failure';
import { isListKey, LISTS_PREFIX, listKey } from '../../api/uploaded-list';
import type { Clock } from '../../engine/ports/clock';
import type { FileBlobStore, StoredFile } from './blob-store';

/** Lists kept at a time: the smallest still takes a file. */
const MAX_LISTS = 10_000;
/** How long a list is kept after its upload, as long as on AWS. */
const KEPT_MS = 86_400_000;

export interface UploadedListsOptions {
  /** Bytes of all lists together, those included that are on their way. */
  readonly maxTotalBytes: number;
}

/** The lists that clients have uploaded: bounded together, and removed a day after the upload. */
export class UploadedLists {
  private readonly kept = new Map<string, Omit<StoredFile, 'key'>>();
  /** Bytes of the lists that are kept and of those that are being received. */
  private totalBytes = 0;
  private receiving = 0;

  private constructor(
    private readonly blobs: FileBlobStore,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly options: UploadedListsOptions,
  ) {}

  static async open(
    blobs: FileBlobStore,
    clock: Pick<Clock, 'now'>,
    options: UploadedListsOptions,
  ): Promise<UploadedLists> {
    const lists = new UploadedLists(blobs, clock, options);
    for await (const { key, ...file } of blobs.files(LISTS_PREFIX)) if (isListKey(key)) lists.keep(key, file);
    return lists;
  }

  /**
   * Stores a list, in place of one that was uploaded under the same id.
   * @throws ApiFailure 507 where it has no room beside the others; nothing of it is kept then
   */
  async receive(listId: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const key = listKey(listId);
    if (!this.kept.has(key) && this.kept.size + this.receiving >= MAX_LISTS) throw this.full();
    let received = 0;
    this.receiving += 1;
    try {
      const { sizeBytes } = await this.blobs.put(
        key,
        this.counted(body, (bytes) => {
          received += bytes;
        }),
      );
      this.keep(key, { sizeBytes, writtenAt: this.clock.now() });
    } finally {
      this.receiving -= 1;
      this.totalBytes -= received;
    }
  }

  /** Removes the lists that were uploaded more than a day ago. Returns how many. */
  async removeExpired(): Promise<number> {
    const oldest = this.clock.now() - KEPT_MS;
    const expired = [...this.kept].filter(([, { writtenAt }]) => writtenAt < oldest);
    for (const [key, { sizeBytes }] of expired) {
      await this.blobs.remove(key);
      this.kept.delete(key);
      this.totalBytes -= sizeBytes;
    }
    return expired.length;
  }

  /** Passes the chunks on while there is room for them; they take it as they come, whatever comes of the list. */
  private async *counted(
    body: AsyncIterable<Uint8Array>,
    onBytes: (bytes: number) => void,
  ): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (this.totalBytes + chunk.byteLength > this.options.maxTotalBytes) throw this.full();
      this.totalBytes += chunk.byteLength;
      onBytes(chunk.byteLength);
      yield chunk;
    }
  }

  private keep(key: string, file: Omit<StoredFile, 'key'>): void {
    this.totalBytes += file.sizeBytes - (this.kept.get(key)?.sizeBytes ?? 0);
    this.kept.set(key, file);
  }

  private full(): ApiFailure {
    return new ApiFailure(
      'LISTS_FULL',
      `There is no room for this list: this service keeps ${MAX_LISTS} lists of ${this.options.maxTotalBytes} bytes together, each for a day after its upload; send it later, or its URLs in the body of the request.`,
    );
  }
}
