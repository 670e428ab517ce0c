/** Content digests of files, remembered by what `lstat` tells of a file so that an unchanged one is not read again. */
import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Size, modification and change time in nanoseconds, inode, device and mode; then the digest. */
export type RememberedFile = readonly [stamp: string, sha256: string];

export interface Memo {
  /** When the memo was written, in milliseconds since 1970. */
  readonly writtenAtMs: number;
  /** By absolute path. */
  readonly files: Readonly<Record<string, RememberedFile>>;
}

/** A file may change twice within one tick of the file system's clock: only what is older than this is trusted. */
const SETTLED_MS = 2_000n;
const CHUNK_BYTES = 1024 * 1024;

export class ContentHashes {
  private readonly fresh = new Map<string, RememberedFile>();
  /** Files that were read, not remembered. */
  filesRead = 0;

  /** What changed at this time or later may have changed again since. */
  private readonly limitNs: bigint;

  constructor(private readonly memo: Memo | undefined = undefined) {
    this.limitNs = memo ? (BigInt(Math.floor(memo.writtenAtMs)) - SETTLED_MS) * 1_000_000n : 0n;
  }

  of(path: string, stat: BigIntStats): string {
    const stamp = stampOf(stat);
    const known = this.fresh.get(path) ?? this.memo?.files[path];
    if (known?.[0] === stamp && (this.fresh.has(path) || this.settled(stat))) {
      this.fresh.set(path, known);
      return known[1];
    }
    const sha256 = hashFile(path, stat.size);
    this.filesRead++;
    this.fresh.set(path, [stamp, sha256]);
    return sha256;
  }

  /** What to remember for the next time: the files that were asked for. */
  toMemo(writtenAtMs: number): Memo {
    return { writtenAtMs, files: Object.fromEntries(this.fresh) };
  }

  private settled(stat: BigIntStats): boolean {
    return stat.mtimeNs < this.limitNs && stat.ctimeNs < this.limitNs;
  }
}

function stampOf({ size, mtimeNs, ctimeNs, ino, dev, mode }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino} ${dev} ${mode}`;
}

function hashFile(path: string, size: bigint): string {
  const hash = createHash('sha256');
  if (size <= CHUNK_BYTES) return hash.update(readFileSync(path)).digest('hex');
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
