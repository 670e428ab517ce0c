import { WarmpathError } from '../../../errors/warmpath-error';

/** What is wrong with a document, as the end of a sentence that begins with its URL. */
export class UnreadableDocument extends WarmpathError {
  override readonly name = 'UnreadableDocument';

  constructor(message: string, options?: ErrorOptions) {
    super('DOCUMENT_UNREADABLE', message, options);
  }
}

/** A document as it came over the network. */
export interface FetchedDocument {
  /** Where it came from in the end, after redirects: the base of its relative URLs (RFC 3986, section 5.1.3). */
  readonly url: string;
  /** Without content coding; it may still be a gzip file. */
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** Reads small documents (sitemaps, playlists) whole, through the same address guard as everything else. */
export interface DocumentReader {
  /** @throws UnreadableDocument where it cannot be read, or is larger than `maxBytes` */
  read(url: string, maxBytes: number): Promise<FetchedDocument>;
  /** Awaited between pieces of a document, so that reading a large one keeps nobody else waiting. @default - no pause */
  giveWay?(): Promise<void>;
}
