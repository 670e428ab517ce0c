import type { RequestId } from '../model/ids';
import type { Segment } from '../model/slice';
import type { BlobStore } from '../ports/blob-store';
import { type PlacedLine, readPlacedLines } from '../text/lines';
import { segmentsKey } from './blob-names';

/** What the segments of a list come to; the cursor of a request from CHECK_POP on. */
export interface SegmentIndex {
  /** The run of sizing that cut them; names its blobs. */
  readonly run: string;
  /** The list that they are byte ranges of. */
  readonly listKey: string;
  readonly urlCount: number;
  readonly segmentCount: number;
}

export interface SegmentBounds {
  readonly maxUrls: number;
  /** Expected body bytes; a larger object makes a segment of its own. */
  readonly maxBytes: number;
}

const ROUNDS_PER_WORKER = 4;
const MIN_URLS = 4;

/**
 * URLs per segment such that every worker gets several slices (the slow ones even out), but never so few that a queue
 * message per slice weighs as much as its fetches.
 */
export function urlsPerSegment(urlCount: number, popCount: number, workers: number, maxUrls: number): number {
  const even = Math.ceil((urlCount * popCount) / (Math.max(1, workers) * ROUNDS_PER_WORKER));
  return Math.min(maxUrls, Math.max(MIN_URLS, even));
}

/** Cuts a list into segments while it streams by; only the one being filled is in memory. */
export class SegmentCutter {
  private open: { urlCount: number; startByte: number; endByte: number; expectedBytes: number } | undefined;
  private nextIndex = 0;

  constructor(private readonly bounds: SegmentBounds) {}

  /** Takes the next line; returns the segment that it closes, if any. */
  add(line: PlacedLine, expectedBytes: number): Segment | undefined {
    const full =
      this.open !== undefined &&
      (this.open.urlCount >= this.bounds.maxUrls ||
        this.open.expectedBytes + expectedBytes > this.bounds.maxBytes);
    const closed = full ? this.end() : undefined;
    this.open ??= { urlCount: 0, startByte: line.startByte, endByte: line.endByte, expectedBytes: 0 };
    this.open.urlCount += 1;
    this.open.endByte = line.endByte;
    this.open.expectedBytes += expectedBytes;
    return closed;
  }

  /** Closes the last segment. */
  end(): Segment | undefined {
    if (this.open === undefined) return undefined;
    const segment = { index: this.nextIndex, ...this.open };
    this.nextIndex += 1;
    this.open = undefined;
    return segment;
  }
}

export function encodeSegment({ urlCount, startByte, endByte, expectedBytes }: Segment): string {
  return `${urlCount} ${startByte} ${endByte} ${expectedBytes}`;
}

function decodeSegment(index: number, line: string): Segment {
  const [urlCount, startByte, endByte, expectedBytes] = line.split(' ').map(Number);
  if (
    urlCount === undefined ||
    startByte === undefined ||
    endByte === undefined ||
    expectedBytes === undefined
  )
    throw new Error(`segment ${index} is damaged: ${line}`);
  return { index, urlCount, startByte, endByte, expectedBytes };
}

/** A segment and the byte of the segment blob from which reading goes on after it. */
export interface PlacedSegment {
  readonly segment: Segment;
  readonly nextByte: number;
}

/** Segments from one on, `startByte` being its place in the segment blob. */
export async function* readSegments(
  blobs: BlobStore,
  id: RequestId,
  run: string,
  from: { readonly index: number; readonly startByte: number },
): AsyncGenerator<PlacedSegment> {
  let index = from.index;
  const range = { startByte: from.startByte, endByte: Number.MAX_SAFE_INTEGER };
  for await (const lines of readPlacedLines(blobs.read(segmentsKey(id, run), range), from.startByte)) {
    for (const line of lines) {
      yield { segment: decodeSegment(index, line.text), nextByte: line.endByte + 1 };
      index += 1;
    }
  }
}
