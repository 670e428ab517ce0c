import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BlobNotFound, type BlobStore } from '../engine/ports/blob-store';

/** A part of a blob that is too large for one call; 10,000 parts hold 78 GiB. */
const PART_BYTES = 8 * 1024 * 1024;

/** What the SDK sends with every part; an upload that does not declare it, and name it at its end, may be refused. */
const CHECKSUM = 'CRC32';

/** By this tag the bucket's life cycle knows what a request left behind. */
const TAGGING = 'kind=request';

/** Blobs in S3. */
export class S3BlobStore implements BlobStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async put(
    key: string,
    body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<{ readonly sizeBytes: number }> {
    const parts = partsOf(body);
    const first = await parts.next();
    const firstPart = first.done ? Buffer.alloc(0) : first.value;
    const second = first.done ? first : await parts.next();
    if (second.done) {
      await this.client.send(
        new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: firstPart, Tagging: TAGGING }),
      );
      return { sizeBytes: firstPart.length };
    }
    return this.putParts(key, firstPart, second.value, parts);
  }

  async *read(
    key: string,
    range?: { readonly startByte: number; readonly endByte: number },
  ): AsyncGenerator<Uint8Array> {
    if (range !== undefined && range.startByte >= range.endByte) {
      if (!(await this.exists(key))) throw new BlobNotFound(key);
      return;
    }
    const body = await this.open(key, range);
    if (body !== undefined) yield* body;
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  link(key: string, seconds: number): Promise<string> {
    return getSignedUrl(this.client, new GetObjectCommand({ Bucket: this.bucket, Key: key }), {
      expiresIn: seconds,
    });
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages)
      for (const { Key } of Contents) if (Key !== undefined) yield Key;
  }

  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }

  /** `undefined` where the range begins behind the end. */
  private async open(
    key: string,
    range: { readonly startByte: number; readonly endByte: number } | undefined,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body } = await this.client.send(
        new GetObjectCommand({
          Bucket: this.bucket,
          Key: key,
          ...(range === undefined ? {} : { Range: rangeHeader(range) }),
        }),
      );
      if (Body === undefined || !(Symbol.asyncIterator in Body))
        throw new Error(`S3 answered ${key} without a body`);
      return chunksOf(Body);
    } catch (error) {
      if (isMissing(error)) throw new BlobNotFound(key);
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 416) return undefined;
      throw error;
    }
  }

  /** The blob appears whole when the upload is completed, and not at all when it is not. */
  private async putParts(
    key: string,
    first: Buffer,
    second: Buffer,
    rest: AsyncGenerator<Buffer>,
  ): Promise<{ readonly sizeBytes: number }> {
    const place = { Bucket: this.bucket, Key: key };
    const { UploadId } = await this.client.send(
      new CreateMultipartUploadCommand({ ...place, Tagging: TAGGING, ChecksumAlgorithm: CHECKSUM }),
    );
    const upload = { ...place, UploadId };
    try {
      const parts: CompletedPart[] = [];
      let sizeBytes = 0;
      const send = async (Body: Buffer): Promise<void> => {
        const PartNumber = parts.length + 1;
        const { ETag, ChecksumCRC32 } = await this.client.send(
          new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: CHECKSUM }),
        );
        parts.push({ PartNumber, ETag, ChecksumCRC32 });
        sizeBytes += Body.length;
      };
      await send(first);
      await send(second);
      for await (const part of rest) await send(part);
      await this.client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }),
      );
      return { sizeBytes };
    } catch (error) {
      await this.client.send(new AbortMultipartUploadCommand(upload));
      throw error;
    }
  }
}

function rangeHeader({ startByte, endByte }: { startByte: number; endByte: number }): string {
  return endByte >= Number.MAX_SAFE_INTEGER ? `bytes=${startByte}-` : `bytes=${startByte}-${endByte - 1}`;
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof NoSuchKey ||
    (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404)
  );
}

async function* chunksOf(body: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('S3 answered with something that is not bytes');
    yield chunk;
  }
}

/** Yields the body in parts of the size that S3 wants: all alike but the last. */
async function* partsOf(
  body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of body) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk);
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes < PART_BYTES) continue;
    yield Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}
