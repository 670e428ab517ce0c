import { parseJson } from '../../../errors/json-fault';
import type { RequestId } from '../model/ids';
import type { BlobStore } from '../ports/blob-store';
import { readLines } from '../text/lines';
import { expansionKey, foundUrlsKey, originalUrlsKey } from './blob-names';

/** How far the sources of a request have been expanded. A blob: it may be longer than a row. */
export interface Expansion {
  /** Runs whose URLs, one after the other behind the accepted ones, are the list so far. */
  readonly pieces: readonly string[];
  /** URLs of the list so far, the accepted ones included. */
  readonly urlCount: number;
  /** Position of the source that is being read. */
  readonly source: number;
  /** Where reading it goes on. @default - at its beginning */
  readonly resume?: string | undefined;
  /** Sources that could not be read. */
  readonly problems: readonly string[];
}

/** What the record keeps of an expansion. */
interface ExpansionCursor {
  /** The run that stored it. */
  readonly expansion: string;
}

function isCursor(value: unknown): value is ExpansionCursor {
  return value instanceof Object && 'expansion' in value;
}

function isExpansion(value: unknown): value is Expansion {
  return value instanceof Object && 'pieces' in value && 'source' in value;
}

export function expansionCursor(run: string): string {
  return JSON.stringify({ expansion: run } satisfies ExpansionCursor);
}

/** Returns the expansion that the record's cursor names; undefined where none has been stored. */
export async function storedExpansion(
  blobs: BlobStore,
  id: RequestId,
  cursor: string | undefined,
): Promise<Expansion | undefined> {
  const kept: unknown = cursor === undefined ? undefined : parseJson(cursor);
  if (!isCursor(kept)) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of blobs.read(expansionKey(id, kept.expansion))) chunks.push(chunk);
  const value: unknown = parseJson(Buffer.concat(chunks).toString());
  if (!isExpansion(value)) throw new Error(`request ${id} has no expansion in ${kept.expansion}`);
  return value;
}

/** Yields the list so far, the accepted URLs first. */
export async function* expandedUrls(
  blobs: BlobStore,
  id: RequestId,
  pieces: readonly string[],
): AsyncGenerator<string> {
  for (const key of [originalUrlsKey(id), ...pieces.map((run) => foundUrlsKey(id, run))])
    yield* readLines(blobs.read(key));
}
