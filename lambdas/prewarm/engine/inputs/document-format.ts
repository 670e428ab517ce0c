/** What a document names, in the order in which it names it. URLs are absolute and not yet normalised. */
export type Finding =
  /** An object to warm. */
  | { readonly kind: 'url'; readonly url: string }
  /** A document that names more. */
  | {
      readonly kind: 'document';
      readonly url: string;
      /** What the document may import from this one. @default none */
      readonly variables?: Readonly<Record<string, string>>;
    }
  /** Something that cannot be warmed and why, as the end of a sentence that begins with the document's URL. */
  | { readonly kind: 'problem'; readonly reason: string };

/** A document whose format is known. */
export interface OpenDocument {
  /** Base of relative URLs. */
  readonly url: string;
  /** The decoded text in pieces, anew with each call. */
  readonly text: () => AsyncIterable<string>;
  /** What the document that named it lets it import. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a caller wants of the documents of a source. */
export interface ReadOptions {
  /** Images, videos and translations of a sitemap besides its pages. */
  readonly media: boolean;
  /** Epoch milliseconds at which a live stream is read. */
  readonly now: number;
}

/** The beginning of a document, by which its format is told. */
export interface DocumentStart {
  /** Some hundred characters, without byte-order mark and leading blanks. */
  readonly text: string;
  /** Path of its URL, lower case. */
  readonly path: string;
}

/** A format of documents that name URLs. */
export interface DocumentFormat {
  /** As a sentence names it: "an HLS playlist". */
  readonly name: string;
  /** Bytes of one document, unpacked, where the format has a bound of its own. @default - the bound of all documents */
  readonly maxBytes?: number;
  /** True where a document that is read because another one names it may name nothing. @default false */
  readonly mayBeEmpty?: boolean;
  detects(start: DocumentStart): boolean;
  /**
   * Everything that the document names. What can be read is passed on before an error is thrown.
   * @throws UnreadableDocument where reading cannot go on
   */
  read(document: OpenDocument, options: ReadOptions): AsyncIterable<Finding> | Iterable<Finding>;
}
