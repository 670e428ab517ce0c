import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BlobNotFound, type BlobStore } from '../../engine/ports/blob-store';
import { hasCode } from './error-code';
import { makeFolder } from './private-folder';

const KEY = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
const WRITE_BYTES = 256 * 1024;

function isNotFound(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}

function noneWhereMissing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

/** Puts small pieces together, so that a line does not cost a system call. */
async function* inLargePieces(
  body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let pending = 0;
  for await (const piece of body) {
    const bytes = Buffer.from(piece);
    pieces.push(bytes);
    pending += bytes.length;
    if (pending < WRITE_BYTES) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    pending = 0;
  }
  if (pending > 0) yield Buffer.concat(pieces);
}

export interface FileBlobStoreOptions {
  readonly blobsDir: string;
  /** On the same file system as `blobsDir`. */
  readonly tmpDir: string;
  /** @default - a file URL, which does not expire */
  readonly linkTo?: ((key: string, seconds: number) => string) | undefined;
}

export interface StoredFile {
  readonly key: string;
  readonly sizeBytes: number;
  /** Epoch milliseconds. */
  readonly writtenAt: number;
}

/** Blobs as files: written aside, flushed to the disk, then renamed into place. */
export class FileBlobStore implements BlobStore {
  constructor(private readonly options: FileBlobStoreOptions) {}

  async put(
    key: string,
    body: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  ): Promise<{ readonly sizeBytes: number }> {
    const path = this.path(key);
    const aside = join(this.options.tmpDir, randomUUID());
    let sizeBytes = 0;
    try {
      const file = await open(aside, 'wx', 0o600);
      try {
        for await (const piece of inLargePieces(body)) {
          await file.writeFile(piece);
          sizeBytes += piece.length;
        }
        // A record that is on disk must never name a blob that is not.
        await file.datasync();
      } finally {
        await file.close();
      }
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    return { sizeBytes };
  }

  async *read(
    key: string,
    range?: { readonly startByte: number; readonly endByte: number },
  ): AsyncGenerator<Uint8Array> {
    const path = this.path(key);
    if (range !== undefined && range.endByte <= range.startByte) {
      if (!(await this.exists(key))) throw new BlobNotFound(key);
      return;
    }
    const stream = createReadStream(path, {
      ...(range !== undefined && { start: range.startByte, end: range.endByte - 1 }),
    });
    try {
      yield* stream;
    } catch (error) {
      throw isNotFound(error) ? new BlobNotFound(key) : error;
    } finally {
      stream.destroy();
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await access(this.path(key));
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async link(key: string, seconds: number): Promise<string> {
    return this.options.linkTo?.(key, seconds) ?? pathToFileURL(this.path(key)).href;
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* this.walk(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
  }

  /** Yields the blobs with this prefix, each with its size and the epoch milliseconds of its last write. */
  async *files(prefix: string): AsyncGenerator<StoredFile> {
    for await (const key of this.list(prefix)) {
      const { size: sizeBytes, mtimeMs: writtenAt } = await stat(this.path(key));
      yield { key, sizeBytes, writtenAt };
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.path(key), { force: true });
  }

  /** Names of the folders of the top level, such as the ids of requests. */
  async folders(): Promise<readonly string[]> {
    const entries = await readdir(this.options.blobsDir, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** Removes the blobs below a prefix that ends in `/` whose key `isUnwanted` takes, and the folders that are then empty. */
  async removeBelow(prefix: string, isUnwanted: (key: string) => Promise<boolean> | boolean): Promise<void> {
    for await (const key of this.list(prefix)) if (await isUnwanted(key)) await this.remove(key);
    await this.removeEmpty(join(this.options.blobsDir, prefix));
  }

  /** Moves a folder of the top level into another folder of the same file system. */
  async moveFolder(name: string, to: string): Promise<void> {
    await makeFolder(to);
    await rename(join(this.options.blobsDir, name), join(to, name));
  }

  private async removeEmpty(folder: string): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(noneWhereMissing);
    if (entries === undefined) return;
    for (const entry of entries) if (entry.isDirectory()) await this.removeEmpty(join(folder, entry.name));
    if ((await readdir(folder)).length === 0) await rmdir(folder);
  }

  private path(key: string): string {
    if (!KEY.test(key))
      throw new Error(`blob key: got ${key}; allowed: names of letters, digits, . _ - between /`);
    return join(this.options.blobsDir, key);
  }

  /** Keys below a folder (empty, or ending in `/`) in the order of their text. */
  private async *walk(folder: string, prefix: string): AsyncGenerator<string> {
    const path = join(this.options.blobsDir, folder);
    const entries = (await readdir(path, { withFileTypes: true }).catch(noneWhereMissing)) ?? [];
    const names = entries.map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''));
    for (const name of names.sort()) {
      if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue;
      if (name.endsWith('/')) yield* this.walk(name, prefix);
      else yield name;
    }
  }
}
