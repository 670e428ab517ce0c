/**
 * `.warmpath/images/NAME.json`: inputs of the last key and digests of files. Losing it costs time, never correctness. A line of
 * JSON says what each part after it takes: three columns of the memo, and the inputs as JSON. Tens of thousands of files are so
 * read without being parsed, and inputs not at all before a reason is looked for.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Memo } from '../context/content-hashes';
import type { BaseImage } from '../key/base-image';
import type { InputRecord } from '../key/input-record';
import { bytesIfThere, writeAtomically } from './atomic-file';
import { STATE_FOLDER, stateFolder } from './state-folder';

const STATE_VERSION = 3;

export interface ImageState {
  readonly key: string;
  /** The inputs as JSON in UTF-8; see {@link recordsOf}. */
  readonly records: Buffer;
  /** Digest of the ignore file's text, `` where there is none. */
  readonly ignore: string;
  readonly target: string;
  readonly memo: Memo;
  /** Images that the build starts from, as they were, by reference and platform. */
  readonly bases: Readonly<Record<string, BaseImage>>;
}

// Whoever edits columns or inputs by hand loses time, or the reasons, at most.
const head = z.looseObject({
  version: z.literal(STATE_VERSION),
  key: z.string(),
  ignore: z.string(),
  target: z.string(),
  writtenAtMs: z.number(),
  bytes: z.object({ paths: z.number(), stamps: z.number(), digests: z.number() }),
  bases: z.record(
    z.string(),
    z.custom<BaseImage>((value) => typeof value === 'object' && value !== null),
  ),
});

function isRecord(value: unknown): value is InputRecord {
  return typeof value === 'object' && value !== null && 'fields' in value && Array.isArray(value.fields);
}

export function statePath(folder: string, name: string): string {
  return join(folder, STATE_FOLDER, 'images', `${name}.json`);
}

/** `undefined` where there is none, or none that can be used. */
export function readState(folder: string, name: string): ImageState | undefined {
  const content = bytesIfThere(statePath(folder, name));
  if (content === undefined) return undefined;
  const pathsAt = content.indexOf('\n') + 1;
  // Read once: compiling a parser would take longer than parsing.
  const parsed = head.safeParse(jsonIn(content.subarray(0, pathsAt)), { jitless: true });
  if (!parsed.success) return undefined;
  const { bytes, writtenAtMs, ...rest } = parsed.data;
  const stampsAt = pathsAt + bytes.paths;
  const digestsAt = stampsAt + bytes.stamps;
  const recordsAt = digestsAt + bytes.digests;
  const memo: Memo = {
    writtenAtMs,
    paths: content.toString('utf8', pathsAt, stampsAt),
    stamps: numbersIn(content.toString('latin1', stampsAt, digestsAt)),
    digests: content.toString('latin1', digestsAt, recordsAt),
  };
  return { ...rest, memo, records: content.subarray(recordsAt) };
}

export function writeState(folder: string, name: string, { records, memo, ...next }: ImageState): void {
  const paths = Buffer.from(memo.paths);
  const { buffer, byteOffset, byteLength } = memo.stamps;
  const stamps = Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('base64'));
  const digests = Buffer.from(memo.digests);
  const bytes = { paths: paths.length, stamps: stamps.length, digests: digests.length };
  const first = JSON.stringify({ version: STATE_VERSION, ...next, writtenAtMs: memo.writtenAtMs, bytes });
  writeAtomically(
    join(stateFolder(folder), 'images', `${name}.json`),
    Buffer.concat([Buffer.from(`${first}\n`), paths, stamps, digests, records]),
  );
}

export function encodeRecords(records: readonly InputRecord[]): Buffer {
  return Buffer.from(JSON.stringify(records));
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Doubles in Base64; what is too little for a whole one is left out. */
function numbersIn(base64: string): Float64Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return new Float64Array(bytes.buffer, 0, Math.floor(bytes.length / Float64Array.BYTES_PER_ELEMENT));
}

/** The inputs that a state holds; `undefined` where they cannot be read. */
export function recordsOf({ records }: ImageState): readonly InputRecord[] | undefined {
  const found = jsonIn(records);
  return Array.isArray(found) && found.every(isRecord) ? found : undefined;
}

export function textDigest(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex');
}
