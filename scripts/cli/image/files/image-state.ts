/**
 * `.warmpath/images/NAME.json`: inputs of the last key and digests of files. Losing it costs time, never correctness. Two
 * JSON values, a line each: the inputs, which may be tens of thousands, are not parsed before a reason is looked for.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Memo } from '../context/content-hashes';
import type { BaseImage } from '../key/base-image';
import type { InputRecord } from '../key/input-record';
import { readIfThere, writeAtomically } from './atomic-file';
import { STATE_FOLDER, stateFolder } from './state-folder';

const STATE_VERSION = 2;

export interface ImageState {
  readonly key: string;
  /** The inputs as JSON; see {@link recordsOf}. */
  readonly records: string;
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
  memo: z.object({
    writtenAtMs: z.number(),
    paths: z.string(),
    stamps: z.string(),
    digests: z.string(),
  }) satisfies z.ZodType<Memo>,
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
  const text = readIfThere(statePath(folder, name));
  if (text === undefined) return undefined;
  const lineEnd = text.indexOf('\n');
  try {
    const parsed = head.safeParse(JSON.parse(text.slice(0, Math.max(0, lineEnd))));
    return parsed.success ? { ...parsed.data, records: text.slice(lineEnd + 1).trimEnd() } : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(folder: string, name: string, { records, ...next }: ImageState): void {
  const first = JSON.stringify({ version: STATE_VERSION, ...next });
  writeAtomically(join(stateFolder(folder), 'images', `${name}.json`), `${first}\n${records}\n`);
}

export function recordsText(records: readonly InputRecord[]): string {
  return JSON.stringify(records);
}

/** The inputs that a state holds; `undefined` where they cannot be read. */
export function recordsOf({ records }: ImageState): readonly InputRecord[] | undefined {
  try {
    const found: unknown = JSON.parse(records);
    return Array.isArray(found) && found.every(isRecord) ? found : undefined;
  } catch {
    return undefined;
  }
}

export function textDigest(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex');
}
