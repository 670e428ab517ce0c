/** Content digests of files, remembered by what `lstat` tells of a file so that an unchanged one is not read again. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/**
 * What tells whether a file may have changed. Times are numbers of milliseconds, exact to a quarter of a microsecond:
 * nanoseconds would tell nothing more, as whatever changes a file later sets a time of change that is at least
 * {@link SETTLED_MS} after every one that a memo is trusted with.
 */
export interface FileStamp {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
  /** Type and permission bits. */
  readonly fullMode: number;
}

/** Columns, so that tens of thousands of files are read as three values. */
export interface Memo {
  /** When the memo was written, in milliseconds since 1970. */
  readonly writtenAtMs: number;
  /** Absolute paths with a NUL between them. */
  readonly paths: string;
  /** The numbers of each path's {@link FileStamp}, {@link STAMP_NUMBERS} a file. */
  readonly stamps: Float64Array;
  /** SHA-256 of each path's content, 64 hexadecimal digits each. */
  readonly digests: string;
}

/** A file may change twice within one tick of the file system's clock: only what is older than this is trusted. */
const SETTLED_MS = 2_000;
export const STAMP_NUMBERS = 6;
const DIGEST_DIGITS = 64;

export class ContentHashes {
  private readonly remembered: RememberedFiles | undefined;
  private readonly read = new Map<string, { readonly stamp: FileStamp; readonly sha256: string }>();
  /** Everything that was asked for, in order; a file of two instructions stands there twice. */
  private readonly asked: { paths: string[]; stamps: FileStamp[]; digests: string[] } = {
    paths: [],
    stamps: [],
    digests: [],
  };

  constructor(memo: Memo | undefined = undefined) {
    this.remembered = memo && rememberedFiles(memo);
  }

  /** Files that were read, not remembered. */
  get filesRead(): number {
    return this.read.size;
  }

  /** SHA-256 of a file's content, in hexadecimal; `path` is absolute. */
  of(path: string, stamp: FileStamp): string {
    const sha256 = this.remembered?.find(path, stamp) ?? this.readOnce(path, stamp);
    this.asked.paths.push(path);
    this.asked.stamps.push(stamp);
    this.asked.digests.push(sha256);
    return sha256;
  }

  /** What to remember for the next time: the files that were asked for. */
  toMemo(writtenAtMs: number): Memo {
    const { paths, stamps, digests } = this.asked;
    const last = new Map(paths.map((path, index) => [path, index]));
    const kept = [...last.values()];
    const numbers = new Float64Array(kept.length * STAMP_NUMBERS);
    for (const [row, index] of kept.entries()) {
      const stamp = stamps[index];
      if (stamp) numbers.set(numbersOf(stamp), row * STAMP_NUMBERS);
    }
    return {
      writtenAtMs,
      paths: [...last.keys()].join('\0'),
      stamps: numbers,
      digests: kept.map((index) => digests[index]).join(''),
    };
  }

  private readOnce(path: string, stamp: FileStamp): string {
    const known = this.read.get(path);
    if (known && numbersOf(known.stamp).join() === numbersOf(stamp).join()) return known.sha256;
    const sha256 = hashFile(path);
    this.read.set(path, { stamp, sha256 });
    return sha256;
  }
}

function numbersOf({ sizeBytes, mtimeMs, ctimeMs, ino, dev, fullMode }: FileStamp): readonly number[] {
  return [sizeBytes, mtimeMs, ctimeMs, ino, dev, fullMode];
}

/** `undefined` where the columns do not fit together. */
function rememberedFiles({ paths: joined, stamps, digests, writtenAtMs }: Memo): RememberedFiles | undefined {
  const paths = joined.split('\0');
  const fits =
    stamps.length === paths.length * STAMP_NUMBERS && digests.length === paths.length * DIGEST_DIGITS;
  return fits ? new RememberedFiles(paths, stamps, digests, writtenAtMs - SETTLED_MS) : undefined;
}

class RememberedFiles {
  private byPath: ReadonlyMap<string, number> | undefined;
  /** Files are asked for in the order in which they were remembered, as long as none came or went. */
  private next = 0;

  constructor(
    private readonly paths: readonly string[],
    private readonly stamps: Float64Array,
    private readonly digests: string,
    /** What changed at this time or later may have changed again since. */
    private readonly limitMs: number,
  ) {}

  /** The digest of a file that has not changed since. */
  find(path: string, stamp: FileStamp): string | undefined {
    const row = this.rowOf(path);
    if (row === undefined) return undefined;
    const { stamps } = this;
    const at = row * STAMP_NUMBERS;
    const same =
      stamps[at] === stamp.sizeBytes &&
      stamps[at + 1] === stamp.mtimeMs &&
      stamps[at + 2] === stamp.ctimeMs &&
      stamps[at + 3] === stamp.ino &&
      stamps[at + 4] === stamp.dev &&
      stamps[at + 5] === stamp.fullMode;
    if (!same || stamp.mtimeMs >= this.limitMs || stamp.ctimeMs >= this.limitMs) return undefined;
    return this.digests.slice(row * DIGEST_DIGITS, (row + 1) * DIGEST_DIGITS);
  }

  private rowOf(path: string): number | undefined {
    if (this.paths[this.next] === path) return this.next++;
    this.byPath ??= new Map(this.paths.map((known, row) => [known, row]));
    const row = this.byPath.get(path);
    if (row !== undefined) this.next = row + 1;
    return row;
  }
}

/** One for all files: most are small, and a buffer each would cost more than reading them. */
const chunk = Buffer.allocUnsafeSlow(1024 * 1024);

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const bytes = readSync(file, chunk);
      hash.update(chunk.subarray(0, bytes));
      if (bytes < chunk.length) return hash.digest('hex');
    }
  } finally {
    closeSync(file);
  }
}
