import type { BlobStore } from '../engine/ports/blob-store';
import { answerRoom } from '../engine/request/answer-room';
import { readLines } from '../engine/text/lines';

export interface FirstLines {
  readonly lines: readonly string[];
  /** False where more lines follow. */
  readonly isWhole: boolean;
}

/**
 * Returns the first `limit` non-empty lines of a blob, as far as they fit into a response; none where the blob is
 * missing.
 */
export async function firstLines(
  blobs: Pick<BlobStore, 'read' | 'exists'>,
  key: string,
  limit: number,
): Promise<FirstLines> {
  if (!(await blobs.exists(key))) return { lines: [], isWhole: true };
  const fits = answerRoom();
  const lines: string[] = [];
  for await (const line of readLines(blobs.read(key))) {
    if (lines.length === limit || !fits(line)) return { lines, isWhole: false };
    lines.push(line);
  }
  return { lines, isWhole: true };
}
