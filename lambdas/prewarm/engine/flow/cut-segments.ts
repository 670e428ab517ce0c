import type { RequestRecord, RequestSpec } from '../model/request';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import { joinLines, readLines, readPlacedLines } from '../text/lines';
import { newRunName, segmentsKey, unreachedUrlsKey } from './blob-names';
import {
  encodeSegment,
  type SegmentBounds,
  SegmentCutter,
  type SegmentIndex,
  urlsPerSegment,
} from './segments';
import type { SizeCursor } from './size-cursor';
import { readSizes } from './url-sizes';

export interface CutSegmentsDeps {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly bounds: SegmentBounds;
  /** Slices that will be warmed at a time for this request. */
  readonly workersFor: (spec: RequestSpec) => number;
}

/** What a sized list came to. */
export interface CutSegments {
  readonly index: SegmentIndex;
  readonly urlBytes: number;
  readonly failedUrlCount: number;
}

/** How a URL that was not reached stands among the sizes. */
const UNREACHED = '!';

/** Cuts the sized list into segments, the same for every PoP. */
export async function cutSegments(
  deps: CutSegmentsDeps,
  { id, spec }: RequestRecord,
  sized: SizeCursor,
): Promise<CutSegments> {
  const { blobs, bounds } = deps;
  const { listKey, urlCount, parts } = sized;
  const maxUrls = urlsPerSegment(urlCount, spec.pops.length, deps.workersFor(spec), bounds.maxUrls);
  const cutter = new SegmentCutter({ maxUrls, maxBytes: bounds.maxBytes });
  let segmentCount = 0;
  let urlBytes = 0;
  let failedUrlCount = 0;

  async function* segments(): AsyncGenerator<string> {
    const sizes = readSizes(blobs, id, sized);
    for await (const lines of readPlacedLines(blobs.read(listKey))) {
      for (const line of lines) {
        const size = parts === 0 ? '-' : ((await sizes.next()).value ?? '-');
        if (size === UNREACHED) failedUrlCount += 1;
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
    if (failedUrlCount === 0) return;
    const sizes = readSizes(blobs, id, sized);
    for await (const url of readLines(blobs.read(listKey)))
      if ((await sizes.next()).value === UNREACHED) yield url;
  }

  // A name of its own again: two runs may have gone on from one cursor, and objects change their size.
  const run = newRunName(deps.clock);
  await blobs.put(segmentsKey(id, run), joinLines(segments()));
  await blobs.put(unreachedUrlsKey(id, run), joinLines(failed()));
  return { index: { run, listKey, urlCount, segmentCount }, urlBytes, failedUrlCount };
}
