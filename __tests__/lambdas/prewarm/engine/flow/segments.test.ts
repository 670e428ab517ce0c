import * as fc from 'fast-check';
import { SegmentCutter, urlsPerSegment } from '../../../../../lambdas/prewarm/engine/flow/segments';
import type { Segment } from '../../../../../lambdas/prewarm/engine/model/slice';
import {
  joinLines,
  type PlacedLine,
  readPlacedLines,
} from '../../../../../lambdas/prewarm/engine/text/lines';

async function collectLines(bytes: Uint8Array, chunkBytes: number, startByte = 0): Promise<PlacedLine[]> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const lines: PlacedLine[] = [];
  for await (const batch of readPlacedLines(chunks(), startByte)) lines.push(...batch);
  return lines;
}

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes('\n'));

describe('lines of a blob', () => {
  it('come back with the bytes they lie at, however the blob is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        async (texts, size) => {
          let blob = '';
          for await (const piece of joinLines(texts)) blob += piece;
          expect(blob).toBe(texts.join('\n'));
          const bytes = Buffer.from(blob);
          const lines = await collectLines(bytes, size);
          expect(lines.map(({ text }) => text)).toEqual(texts);
          for (const { text, startByte, endByte } of lines)
            expect(bytes.subarray(startByte, endByte).toString()).toBe(text);
        },
      ),
    );
  });

  it('can be read on from the end of one of them', async () => {
    const bytes = Buffer.from('one\nzwei ü\nthree');
    const [, second] = await collectLines(bytes, 4);
    const from = (second?.endByte ?? 0) + 1;
    expect(await collectLines(bytes.subarray(from), 3, from)).toEqual([
      { text: 'three', startByte: from, endByte: bytes.length },
    ]);
  });
});

describe('segments of a list', () => {
  function cut(
    lines: readonly PlacedLine[],
    sizes: readonly number[],
    maxUrls: number,
    maxBytes: number,
  ): Segment[] {
    const cutter = new SegmentCutter({ maxUrls, maxBytes });
    const segments = lines.flatMap((one, index) => cutter.add(one, sizes[index] ?? 0) ?? []);
    const last = cutter.end();
    return last ? [...segments, last] : segments;
  }

  it('hold every line once, in order, within their bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { maxLength: 60 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 200 }),
        (sizes, maxUrls, maxBytes) => {
          const lines = sizes.map((_, index) => ({
            text: 'x',
            startByte: index * 2,
            endByte: index * 2 + 1,
          }));
          const segments = cut(lines, sizes, maxUrls, maxBytes);
          expect(segments.map(({ index }) => index)).toEqual(segments.map((_, index) => index));
          let next = 0;
          for (const { urlCount, startByte, endByte, expectedBytes } of segments) {
            expect(startByte).toBe(lines[next]?.startByte);
            expect(endByte).toBe(lines[next + urlCount - 1]?.endByte);
            expect(urlCount).toBeLessThanOrEqual(maxUrls);
            expect(urlCount === 1 || expectedBytes <= maxBytes).toBe(true);
            next += urlCount;
          }
          expect(next).toBe(lines.length);
        },
      ),
    );
  });

  it('are small enough for every worker to get several, and never tiny', () => {
    expect(urlsPerSegment(40, 2, 4, 500)).toBe(5);
    expect(urlsPerSegment(10_000, 34, 32, 500)).toBe(500);
    expect(urlsPerSegment(3, 1, 32, 500)).toBe(4);
    expect(urlsPerSegment(0, 0, 0, 500)).toBe(4);
  });
});
