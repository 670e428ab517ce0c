import type { RequestId, SliceId } from '../model/ids';
import { REPORT_NAMES, REQUEST_FILES, REQUEST_FOLDERS } from '../model/request-blobs';
import type { Clock } from '../ports/clock';

export type ReportFormat = keyof typeof REPORT_NAMES;
export const REPORT_FORMATS = ['csv', 'json', 'html'] as const satisfies readonly ReportFormat[];

export function reportKey(id: RequestId, format: ReportFormat): string {
  return `${id}/${REPORT_NAMES[format]}`;
}

/** Returns the key of the accepted list: one URL per line, normalised, no duplicates, no final newline. */
export function originalUrlsKey(id: RequestId): string {
  return `${id}/${REQUEST_FILES.originalUrls}`;
}

/**
 * Returns the key of the list to warm: the accepted one with its sources expanded. Segments are byte ranges of it. Written by
 * planning.
 */
export function urlsKey(id: RequestId): string {
  return `${id}/${REQUEST_FILES.urls}`;
}

/** Returns the key of the URLs that sizing could not reach; they are warmed all the same. Written by planning. */
export function failedUrlsKey(id: RequestId): string {
  return `${id}/${REQUEST_FILES.failedUrls}`;
}

/*
 * Runs of sizing may overlap, and a sitemap or an object may be another one each time. What each run finds lies under its own
 * name; the record, which only one of them brings to CHECK_POP, says which names count.
 */

/** Returns the key of the accepted list with its sources expanded, as one run found them. */
export function expandedUrlsKey(id: RequestId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/urls.txt`;
}

/** Returns the key of what one run found in the sources, behind what runs before it found; gone once the segments are cut. */
export function foundUrlsKey(id: RequestId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/found.txt`;
}

/** Returns the key of how far the sources had been expanded when this run stored it, JSON; gone once the segments are cut. */
export function expansionKey(id: RequestId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/expansion.json`;
}

/** Returns true for a key of either of the two above. */
export function isExpansionBlob(key: string): boolean {
  return key.endsWith('/found.txt') || key.endsWith('/expansion.json');
}

/** Returns the key of the sizes of one part of the list, one line per URL; gone once the segments are cut. */
export function sizesKey(id: RequestId, run: string, part: number): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/sizes/${String(part).padStart(6, '0')}.txt`;
}

/** Returns the key of the URLs that one run could not reach. */
export function unreachedUrlsKey(id: RequestId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/unreached.txt`;
}

/** Returns the key of the segments, one per line: URL count, first byte, end byte and expected bytes, separated by spaces. */
export function segmentsKey(id: RequestId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.sizing}/${run}/segments.txt`;
}

/**
 * Returns the key of the failures of one delivery of a slice, newline-delimited JSON of `FetchFailure`; the slice's result says
 * whether it counts.
 */
export function failuresKey(id: RequestId, slice: SliceId, run: string): string {
  return `${id}/${REQUEST_FOLDERS.failures}/${slice}/${run}.ndjson`;
}

/** Returns the key of a mark that is there from the submission of a run by the command line until its report was shown. */
export function unreportedKey(id: RequestId): string {
  return `${id}/${REQUEST_FILES.unreported}`;
}

/** Returns the key of what was done of a slice when it was handed back, JSON of `SliceProgress`. */
export function handedBackKey(id: RequestId, slice: SliceId): string {
  return `${id}/${REQUEST_FOLDERS.progress}/${slice}.json`;
}

const REQUEST_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RUN = '[\\w-]+';
const FILES = [...Object.values(REQUEST_FILES), ...Object.values(REPORT_NAMES)].map((name) =>
  name.replace('.', '\\.'),
);
const BELOW_ID = new RegExp(
  `^(?:${FILES.join('|')}|` +
    `${REQUEST_FOLDERS.sizing}/${RUN}/(?:urls\\.txt|found\\.txt|expansion\\.json|unreached\\.txt|segments\\.txt|sizes/\\d{6,}\\.txt)|` +
    `${REQUEST_FOLDERS.failures}/[\\w-]+\\.\\d+/${RUN}\\.ndjson|${REQUEST_FOLDERS.progress}/[\\w-]+\\.\\d+\\.json)$`,
);

/** Returns true for the name of a folder that holds the blobs of one request. */
export function isRequestFolder(name: string): boolean {
  return REQUEST_ID.test(name);
}

/** Returns true for a key that one of the functions above could have made: whatever else lies there belongs to somebody else. */
export function isRequestBlob(key: string): boolean {
  const slash = key.indexOf('/');
  return isRequestFolder(key.slice(0, slash)) && BELOW_ID.test(key.slice(slash + 1));
}

/**
 * Returns a name for what one run of a step writes. Runs may overlap and deliveries may repeat: what each writes lies under a
 * name of its own, and a conditional write of a record says whose counts.
 */
export function newRunName(clock: Pick<Clock, 'now' | 'random'>): string {
  return `${clock.now().toString(36)}-${Math.floor(clock.random() * 2 ** 52).toString(36)}`;
}
