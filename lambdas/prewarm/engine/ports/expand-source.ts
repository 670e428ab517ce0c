import type { RequestSpec, UrlSource } from '../model/request';

/** Some URLs of a source, and where reading can go on after them. */
export interface ExpandedUrls {
  readonly urls: readonly string[];
  /**
   * What `from` takes; there whenever a document has been read to its end. Opaque text of up to some hundred kilobytes: it
   * holds the documents that are known so far.
   */
  readonly resume?: string;
}

export interface ExpandOptions {
  /** Ends reading; the iterator then throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Goes on after the step that had this `resume`; URLs of documents read before do not come again. */
  readonly from?: string | undefined;
}

/**
 * Reads the URLs of a sitemap or playlist, checked and normalised; several documents are fetched at a time. What could not
 * be read is thrown as one sentence at the end, also by the run that went on; everything else has been passed on by then.
 */
export type ExpandSource = (
  source: UrlSource,
  spec: RequestSpec,
  options?: ExpandOptions,
) => AsyncIterable<ExpandedUrls>;
