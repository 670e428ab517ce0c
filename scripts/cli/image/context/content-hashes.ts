/** Content digests of files, remembered by what `lstat` tells of a file so that an unchanged one is not read again. */
import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What tells whether a file may have changed; kept instead of all that `lstat` returns, which is large. */
export interface FileStamp {
  /** Size, modification and change time in nanoseconds, inode, device and mode. */
  readonly text: string;
  readonly sizeBytes: number;
  /** The later one of modification and change, in nanoseconds since 1970. */
  readonly changedNs: bigint;
}

/** A stamp's text, then the digest. */
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

  of(path: string, stamp: FileStamp): string {
    const fresh = this.fresh.get(path);
    if (fresh?.[0] === stamp.text) return fresh[1];
    const remembered = this.memo?.files[path];
    if (remembered?.[0] === stamp.text && stamp.changedNs < this.limitNs) {
      this.fresh.set(path, remembered);
      return remembered[1];
    }
    const sha256 = hashFile(path, stamp.sizeBytes);
    this.filesRead++;
    this.fresh.set(path, [stamp.text, sha256]);
    return sha256;
  }

  /** What to remember for the next time: the files that were asked for. */
  toMemo(writtenAtMs: number): Memo {
    return { writtenAtMs, files: Object.fromEntries(this.fresh) };
  }
}

export function stampOf({ size, mtimeNs, ctimeNs, ino, dev, mode }: BigIntStats): FileStamp {
  return {
    text: `${size} ${mtimeNs} ${ctimeNs} ${ino} ${dev} ${mode}`,
    sizeBytes: Number(size),
    changedNs: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
  };
}

function hashFile(path: string, sizeBytes: number): string {
  const hash = createHash('sha256');
  if (sizeBytes <= CHUNK_BYTES) return hash.update(readFileSync(path)).digest('hex');
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
