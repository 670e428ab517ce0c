/** `.warmpath/images/NAME.json`: inputs of the last key and digests of files. Losing it costs time, never correctness. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Memo } from '../context/content-hashes';
import type { InputRecord } from '../key/input-record';
import type { BaseImage } from '../key/stages';
import { readIfThere, writeAtomically } from './atomic-file';

const STATE_VERSION = 1;

export interface ImageState {
  readonly key: string;
  readonly records: readonly InputRecord[];
  /** Digest of the ignore file's text, `` where there is none. */
  readonly ignore: string;
  readonly target: string;
  readonly memo: Memo;
  /** Images that the build starts from, as they were, by reference and platform. */
  readonly bases: Readonly<Record<string, BaseImage>>;
}

// Thousands of files: the shape is checked at the top only, and whoever edits the file by hand loses time at most.
const state = z.looseObject({
  version: z.literal(STATE_VERSION),
  key: z.string(),
  records: z.array(z.custom<InputRecord>(isRecord)),
  ignore: z.string(),
  target: z.string(),
  memo: z.custom<Memo>(isMemo),
  bases: z.record(
    z.string(),
    z.custom<BaseImage>((value) => typeof value === 'object' && value !== null),
  ),
});

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'fields' in value && Array.isArray(value.fields);
}

function isMemo(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'writtenAtMs' in value &&
    typeof value.writtenAtMs === 'number' &&
    'files' in value &&
    typeof value.files === 'object' &&
    value.files !== null
  );
}

export function statePath(folder: string, name: string): string {
  return join(folder, '.warmpath', 'images', `${name}.json`);
}

/** `undefined` where there is none, or none that can be used. */
export function readState(folder: string, name: string): ImageState | undefined {
  const text = readIfThere(statePath(folder, name));
  if (text === undefined) return undefined;
  try {
    const parsed = state.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function writeState(folder: string, name: string, next: ImageState): void {
  writeAtomically(statePath(folder, name), JSON.stringify({ version: STATE_VERSION, ...next }));
}

export function textDigest(text: string | undefined): string {
  return text === undefined ? '' : createHash('sha256').update(text).digest('hex');
}
