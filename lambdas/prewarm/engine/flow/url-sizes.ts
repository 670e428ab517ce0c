import type { GuardedResolver } from '../addresses/guarded-resolver';
import type { RequestId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import type { BlobStore } from '../ports/blob-store';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import { type PlacedLine, readLines, readPlacedLines } from '../text/lines';
import { sizesKey } from './blob-names';
import { mapConcurrently } from './concurrently';
import { type HeadSizeDeps, headSize, sizingHeaders, type UrlSize } from './head-size';
import type { SizeCursor } from './size-cursor';
import type { Budget, StepResult } from './step';

export interface UrlSizesDeps extends HeadSizeDeps {
  readonly requests: RequestStore;
  readonly blobs: BlobStore;
  readonly resolver: GuardedResolver;
  readonly log: Log;
  /** HEAD requests in flight. */
  readonly concurrency: number;
}

/** URLs sized between two stored cursors; what a crash may make us ask twice. */
const PART_URLS = 2_000;

function encodeSize(size: UrlSize): string {
  return size.kind === 'known' ? String(size.bytes) : size.kind === 'unknown' ? '-' : '!';
}

/** Asks for the size of each URL, part by part from the cursor on, and stores the sizes and the cursor after each part. */
export async function sizeUrls(
  deps: UrlSizesDeps,
  { id, spec }: RequestRecord,
  from: SizeCursor,
  budget: Budget,
): Promise<{ readonly cursor: SizeCursor; readonly result: StepResult }> {
  const resolution = await deps.resolver.resolve(spec.distributionDomain, budget.signal);
  if (budget.signal?.aborted) return { cursor: from, result: 'more' };
  const addresses = resolution.kind === 'addresses' ? resolution.addresses : [];
  if (addresses.length === 0)
    deps.log.warn('sizing-without-address', { requestId: id, resolution: resolution.kind });
  const headers = sizingHeaders(spec);
  function sizeOf(url: string): Promise<UrlSize> {
    // Once cut short, the rest of the part is not asked for at all: none of it will be stored.
    return addresses.length === 0 || budget.signal?.aborted
      ? Promise.resolve({ kind: 'unreached' })
      : headSize(deps, url, headers, addresses, budget.signal);
  }

  let cursor = from;
  let part: PlacedLine[] = [];
  async function store(): Promise<'stored' | 'cut-short' | 'request-ended'> {
    const sizes = await mapConcurrently(part, deps.concurrency, ({ text }) => sizeOf(text));
    if (budget.signal?.aborted) return 'cut-short';
    await deps.blobs.put(sizesKey(id, cursor.run, cursor.parts), [sizes.map(encodeSize).join('\n')]);
    cursor = {
      ...cursor,
      startByte: (part.at(-1)?.endByte ?? cursor.startByte) + 1,
      parts: cursor.parts + 1,
      sizedUrls: cursor.sizedUrls + part.length,
    };
    part = [];
    const kept = await deps.requests.patch(id, 'CREATED', { cursor: JSON.stringify(cursor) });
    return kept === 'patched' ? 'stored' : 'request-ended';
  }

  const range = { startByte: from.startByte, endByte: Number.MAX_SAFE_INTEGER };
  for await (const lines of readPlacedLines(deps.blobs.read(from.listKey, range), from.startByte)) {
    for (const line of lines) {
      part.push(line);
      if (part.length < PART_URLS) continue;
      const stored = await store();
      if (stored === 'request-ended') return { cursor, result: 'done' };
      if (stored === 'cut-short' || !budget.shouldContinue()) return { cursor, result: 'more' };
    }
  }
  if (part.length > 0 && (await store()) === 'cut-short') return { cursor, result: 'more' };
  return { cursor, result: 'done' };
}

/** Parts that are read ahead: a long list has ten thousand, and each is a call. */
const READ_AHEAD = 8;

/** Yields the stored sizes, in the order of the list: bytes, `-` where unknown, `!` where the URL was not reached. */
export async function* readSizes(
  blobs: BlobStore,
  id: RequestId,
  { run, parts }: Pick<SizeCursor, 'run' | 'parts'>,
): AsyncGenerator<string> {
  async function read(part: number): Promise<readonly string[]> {
    const sizes: string[] = [];
    for await (const size of readLines(blobs.read(sizesKey(id, run, part)))) sizes.push(size);
    return sizes;
  }
  const ahead: Promise<readonly string[]>[] = [];
  for (let part = 0; part < parts || ahead.length > 0; ) {
    for (; part < parts && ahead.length < READ_AHEAD; part += 1) {
      const sizes = read(part);
      // Awaited in its turn.
      sizes.catch(() => {});
      ahead.push(sizes);
    }
    yield* (await ahead.shift()) ?? [];
  }
}
