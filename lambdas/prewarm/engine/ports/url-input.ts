import type { UrlSource } from '../model/request';
import type { DocumentReader } from './document-reader';

/** Bounds of what a sitemap or playlist may expand to. */
export interface ExpansionLimits {
  /** Documents read for one source, the first included. */
  readonly maxDocuments: number;
  /** Documents below the first: 0 reads only the first. */
  readonly maxDepth: number;
  /** URLs from one source; the rest is left out, with an error at the end. */
  readonly maxUrls: number;
  /** Size of one document, decompressed. */
  readonly maxDocumentBytes: number;
}

/** Turns a document into the URLs that it names. */
export interface UrlInput {
  /**
   * URLs as the document spells them, relative ones resolved, not yet normalised. A document below the first that
   * cannot be read does not keep back the others: what is wrong is thrown at the end, naming each document.
   */
  expand(source: UrlSource, reader: DocumentReader, limits: ExpansionLimits): AsyncIterable<string>;
}
