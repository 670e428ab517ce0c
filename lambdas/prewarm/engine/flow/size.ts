import type { RequestId } from '../model/ids';
import type { RequestRecord, RequestSpec, UrlSource } from '../model/request';
import type { BlobStore } from '../ports/blob-store';
import type { Log } from '../ports/log';
import type { RequestStore } from '../ports/request-store';
import type { Resolver } from '../ports/resolver';
import type { Dedupe } from './accept';
import { expandedUrlsKey, originalUrlsKey, segmentsKey, sizesKey, unreachedUrlsKey } from './blob-names';
import { mapConcurrently } from './concurrently';
import { type HeadSizeDeps, headSize, sizingHeaders, type UrlSize } from './head-size';
import { joinLines, type Line, readLines } from './lines';
import { newRunName } from './run-name';
import {
  encodeSegment,
  type SegmentBounds,
  SegmentCutter,
  type SegmentIndex,
  urlsPerSegment,
} from './segments';
import type { Budget, StepResult } from './step';

export interface SizeDeps extends HeadSizeDeps {
  readonly requests: RequestStore;
  readonly blobs: BlobStore;
  readonly resolver: Resolver;
  readonly dedupe: Dedupe;
  readonly log: Log;
  /**
   * The URLs of a sitemap or playlist, checked and normalised; throws one sentence where it cannot be read, and ends when
   * the signal aborts.
   */
  readonly expandSource: (
    source: UrlSource,
    spec: RequestSpec,
    signal?: AbortSignal,
  ) => AsyncIterable<string>;
  /** HEAD requests in flight. */
  readonly concurrency: number;
  readonly bounds: SegmentBounds;
  /** Slices that will be warmed at a time for this request. */
  readonly workersFor: (spec: RequestSpec) => number;
  /** `none` takes every size as unknown and asks for nothing. */
  readonly sizing: 'all' | 'none';
}

interface Cursor {
  /** The run that wrote the list; its name is in the keys of the sizes. */
  readonly run: string;
  /** The list that is sized: the accepted one, or what a run made of it and the sources. */
  readonly listKey: string;
  readonly urlCount: number;
  /** Where the next part of the list begins. */
  readonly startByte: number;
  readonly parts: number;
  readonly sizedUrls: number;
  /** Sources that could not be read. */
  readonly problems: readonly string[];
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === 'object' && value !== null && 'parts' in value && 'sizedUrls' in value;
}

function parseCursor(text: string | undefined): Cursor | undefined {
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isCursor(value) ? value : undefined;
}

/** URLs sized between two stored cursors; what a crash may make us ask twice. */
const PART_URLS = 2_000;

async function* textsOf(blobs: BlobStore, key: string): AsyncGenerator<string> {
  for await (const lines of readLines(blobs.read(key))) for (const { text } of lines) yield text;
}

/**
 * The list to warm: the accepted one; where there are sources, a new one that begins with it. Nothing where the budget's
 * signal cut it short: the next run reads the sources again.
 */
async function writeList(
  deps: SizeDeps,
  { id, spec, acceptedUrlCount }: RequestRecord,
  { signal }: Budget,
): Promise<Cursor | undefined> {
  const run = newRunName(deps.clock);
  const begin = { run, startByte: 0, parts: 0, sizedUrls: 0 };
  if (spec.sources.length === 0)
    return { ...begin, listKey: originalUrlsKey(id), urlCount: acceptedUrlCount, problems: [] };
  const problems: string[] = [];
  let urlCount = 0;
  async function* all(): AsyncGenerator<string> {
    yield* textsOf(deps.blobs, originalUrlsKey(id));
    for (const source of spec.sources) {
      try {
        yield* deps.expandSource(source, spec, signal);
      } catch (error) {
        problems.push(`${source.kind} ${source.url}: ${error instanceof Error ? error.message : error}`);
      }
      // A source that was not read to its end is not one that cannot be read.
      signal?.throwIfAborted();
    }
  }
  const counting = joinLines(deps.dedupe(all()), () => {
    urlCount += 1;
  });
  const listKey = expandedUrlsKey(id, run);
  try {
    await deps.blobs.put(listKey, counting);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
  return { ...begin, listKey, urlCount, problems };
}

function encodeSize(size: UrlSize): string {
  return size.kind === 'known' ? String(size.bytes) : size.kind === 'unknown' ? '-' : '!';
}

/** Sizes the list part by part from the cursor on. */
async function sizeParts(
  deps: SizeDeps,
  { id, spec }: RequestRecord,
  from: Cursor,
  budget: Budget,
): Promise<{ readonly cursor: Cursor; readonly result: StepResult }> {
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
  let part: Line[] = [];
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
  for await (const lines of readLines(deps.blobs.read(from.listKey, range), from.startByte)) {
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

async function* sizesOf(
  blobs: BlobStore,
  id: RequestId,
  { run, parts }: Pick<Cursor, 'run' | 'parts'>,
): AsyncGenerator<string> {
  for (let part = 0; part < parts; part += 1) yield* textsOf(blobs, sizesKey(id, run, part));
}

interface Cut {
  readonly index: SegmentIndex;
  readonly urlBytes: number;
  readonly failedUrlCount: number;
}

/** Cuts the sized list into segments, the same for every PoP. */
async function cutSegments(deps: SizeDeps, { id, spec }: RequestRecord, sized: Cursor): Promise<Cut> {
  const { blobs, bounds } = deps;
  const { listKey, urlCount, parts } = sized;
  const maxUrls = urlsPerSegment(urlCount, spec.pops.length, deps.workersFor(spec), bounds.maxUrls);
  const cutter = new SegmentCutter({ maxUrls, maxBytes: bounds.maxBytes });
  let segmentCount = 0;
  let urlBytes = 0;
  let failedUrlCount = 0;

  async function* segments(): AsyncGenerator<string> {
    const sizes = sizesOf(blobs, id, sized);
    for await (const lines of readLines(blobs.read(listKey))) {
      for (const line of lines) {
        const size = parts === 0 ? '-' : ((await sizes.next()).value ?? '-');
        const bytes = Number.parseInt(size, 10) || 0;
        const expected = spec.rangeBytes === undefined ? bytes : Math.min(bytes, spec.rangeBytes);
        urlBytes += bytes;
        const closed = cutter.add(line, expected);
        if (closed !== undefined) {
          segmentCount += 1;
          yield encodeSegment(closed);
        }
      }
    }
    const last = cutter.end();
    if (last !== undefined) {
      segmentCount += 1;
      yield encodeSegment(last);
    }
  }
  async function* failed(): AsyncGenerator<string> {
    if (parts === 0) return;
    const sizes = sizesOf(blobs, id, sized);
    for await (const url of textsOf(blobs, listKey)) {
      if ((await sizes.next()).value !== '!') continue;
      failedUrlCount += 1;
      yield url;
    }
  }

  // A name of its own again: two runs may have gone on from one cursor, and objects change their size.
  const run = newRunName(deps.clock);
  await blobs.put(segmentsKey(id, run), joinLines(segments()));
  await blobs.put(unreachedUrlsKey(id, run), joinLines(failed()));
  return { index: { run, listKey, urlCount, segmentCount }, urlBytes, failedUrlCount };
}

async function cutAndAdvance(deps: SizeDeps, record: RequestRecord, cursor: Cursor): Promise<void> {
  const { requests, blobs } = deps;
  const { id } = record;
  try {
    const { index, urlBytes, failedUrlCount } = await cutSegments(deps, record, cursor);
    const moved = await requests.advance(id, 'CHECK_POP', {
      urlBytes,
      failedUrlCount,
      cursor: JSON.stringify(index),
      ...(cursor.problems.length > 0 && { message: cursor.problems.join('; ') }),
    });
    if (moved === 'advanced')
      for (let part = 0; part < cursor.parts; part += 1) await blobs.remove(sizesKey(id, cursor.run, part));
  } catch (error) {
    // Another run of this step was faster and has removed the sizes that this one reads.
    if ((await requests.get(id))?.status === 'CREATED') throw error;
  }
}

/**
 * CREATED to CHECK_POP: writes the list to warm, asks the distribution for the sizes (a failure is noted, the URL is
 * warmed all the same) and cuts the segments.
 */
export async function sizeRequest(deps: SizeDeps, id: RequestId, budget: Budget): Promise<StepResult> {
  const record = await deps.requests.get(id);
  if (record === undefined || record.status !== 'CREATED') return 'done';

  let cursor = parseCursor(record.cursor);
  if (cursor === undefined) {
    cursor = await writeList(deps, record, budget);
    if (cursor === undefined) return 'more';
    const kept = await deps.requests.patch(id, 'CREATED', { cursor: JSON.stringify(cursor) });
    if (kept === 'refused') return 'done';
  }
  if (deps.sizing === 'all' && cursor.sizedUrls < cursor.urlCount) {
    const sized = await sizeParts(deps, record, cursor, budget);
    if (sized.result === 'more') return 'more';
    cursor = sized.cursor;
  }
  await cutAndAdvance(deps, record, cursor);
  return 'done';
}
