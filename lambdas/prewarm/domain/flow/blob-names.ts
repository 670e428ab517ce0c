import type { RequestId, SliceId } from '../ids';

/** The accepted list: one URL per line, normalised, no duplicates, no final newline. */
export const originalUrlsKey = (id: RequestId): string => `${id}/original_urls.txt`;
/** The list to warm: the accepted one with its sources expanded. Segments are byte ranges of it. */
export const urlsKey = (id: RequestId): string => `${id}/success_urls.txt`;
/** URLs that sizing could not reach; they are warmed all the same. */
export const failedUrlsKey = (id: RequestId): string => `${id}/failed_urls.txt`;
/** Sizes of one part of the list, one line per URL; gone once the segments are cut. */
export const sizesKey = (id: RequestId, part: number): string =>
  `${id}/sizes/${String(part).padStart(6, '0')}.txt`;
/**
 * One segment per line: URL count, first byte, end byte and expected bytes, separated by spaces. Each run of sizing
 * writes a version of its own, so that one that comes late does not touch what the request was planned from.
 */
export const segmentsKey = (id: RequestId, version: string): string => `${id}/segments/${version}.txt`;
/** The failures of one delivery of a slice, newline-delimited JSON of `FetchFailure`; the slice's result says whether it counts. */
export const failuresKey = (id: RequestId, slice: SliceId, run: string): string =>
  `${id}/failures/${slice}/${run}.ndjson`;
