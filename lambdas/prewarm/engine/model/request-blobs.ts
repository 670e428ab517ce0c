/**
 * What lies below the id of a request, at the top: files and folders. The keys are made in `flow/blob-names.ts`; the infrastructure
 * grants access by the same names.
 */
export const REQUEST_FILES = {
  originalUrls: 'original_urls.txt',
  urls: 'success_urls.txt',
  failedUrls: 'failed_urls.txt',
  unreported: 'unreported',
} as const;

/** The reports of a request that has ended, below its id. */
export const REPORT_NAMES = {
  csv: 'failed_pop_urls.csv',
  json: 'report.json',
  html: 'report.html',
} as const;

export const REQUEST_FOLDERS = { sizing: 'sizing', failures: 'failures', progress: 'progress' } as const;

type ValueOf<T> = T[keyof T];

/** A name below the id of any request, as a grant has it: a file, or all of a folder. */
export type RequestBlobPattern =
  | ValueOf<typeof REQUEST_FILES>
  | ValueOf<typeof REPORT_NAMES>
  | `${ValueOf<typeof REQUEST_FOLDERS>}/*`;
