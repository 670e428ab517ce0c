import { type DocumentReader, type FetchedDocument, UnreadableDocument } from '../ports/document-reader';
import type { DocumentFormat, Finding, OpenDocument, ReadOptions } from './document-format';
import { documentStart, documentText } from './document-text';

/** Bounds of what a source may expand to. */
export interface ExpansionLimits {
  /** Documents read for one source, the first included. */
  readonly maxDocuments: number;
  /** Documents below the first: 0 reads only the first. */
  readonly maxDepth: number;
  /** URLs from one source; the rest is left out, with a problem. */
  readonly maxUrls: number;
  /** Bytes of one document, unpacked. */
  readonly maxDocumentBytes: number;
  /** Documents fetched at a time; their bodies are in memory together. */
  readonly parallelReads: number;
}

/** Own choice, but for the size of a sitemap: https://www.sitemaps.org/protocol.html */
export const EXPANSION_LIMITS: ExpansionLimits = {
  maxDocuments: 1_000,
  maxDepth: 3,
  maxUrls: 1_000_000,
  maxDocumentBytes: 52_428_800,
  parallelReads: 4,
};

/** URLs of a sitemap at least, by which documents are allowed where a source may have more URLs than usual. Own choice. */
const URLS_PER_DOCUMENT = 5_000;

/** Returns the bounds of a source that may expand to so many URLs: documents are more than usual in proportion. */
export function expansionLimits(maxUrls: number = EXPANSION_LIMITS.maxUrls): ExpansionLimits {
  const maxDocuments = Math.max(EXPANSION_LIMITS.maxDocuments, Math.ceil(maxUrls / URLS_PER_DOCUMENT));
  return { ...EXPANSION_LIMITS, maxUrls, maxDocuments };
}

const MAX_PROBLEMS = 20;
/** Faults of one document after which it is given up. Own choice. */
const MAX_DOCUMENT_PROBLEMS = 10_000;
/** URLs passed on together, in one turn of the event loop. */
const BATCH_URLS = 1_000;

/** Documents that a caller may name, and what becomes of them. */
export interface DocumentSource {
  /** Formats in the order in which they are tried. */
  readonly formats: readonly DocumentFormat[];
  /** True where the documents are objects that viewers ask for, such as playlists. */
  readonly warmsDocuments: boolean;
}

interface KnownDocument {
  readonly url: string;
  readonly depth: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** How far a walk through the documents of a source has come. Plain JSON. */
export interface WalkState {
  /** Every document known so far, in the order found. */
  readonly documents: readonly KnownDocument[];
  /** How many of these have been read to their end. */
  readonly read: number;
  /** URLs passed on. */
  readonly urls: number;
  readonly problems: readonly string[];
}

/** Some URLs of a source, and where a walk can go on after them. */
export interface WalkStep {
  readonly urls: readonly string[];
  /** There when a document has been read to its end. */
  readonly state?: WalkState;
}

export interface WalkOptions extends ReadOptions {
  readonly limits: ExpansionLimits;
  /** Goes on after the step that had this state. @default - begins with the source's own URL */
  readonly from?: WalkState | undefined;
}

/**
 * Walks through the documents of a source, breadth first and each once: URLs come in the order in which documents name
 * them, whichever of the documents that are fetched together arrives first.
 */
class Walk {
  private readonly documents: KnownDocument[];
  private readonly known: Set<string>;
  private readonly problems: string[];
  private readonly fetches = new Map<number, Promise<FetchedDocument>>();
  private read: number;
  private urls: number;

  constructor(
    first: string,
    private readonly source: DocumentSource,
    private readonly reader: DocumentReader,
    private readonly options: WalkOptions,
  ) {
    const { documents, read, urls, problems } = options.from ?? {
      documents: [{ url: first, depth: 0 }],
      read: 0,
      urls: 0,
      problems: [],
    };
    this.documents = [...documents];
    this.known = new Set(documents.map(({ url }) => url));
    this.problems = [...problems];
    this.read = read;
    this.urls = urls;
  }

  async *steps(): AsyncGenerator<WalkStep> {
    for (let next = this.next; next !== undefined; next = this.next) {
      yield* this.stepsOf(next);
      this.read += 1;
      yield { urls: [], state: this.state };
    }
  }

  private get next(): KnownDocument | undefined {
    return this.isFull ? undefined : this.documents[this.read];
  }

  private get isFull(): boolean {
    return this.urls > this.options.limits.maxUrls;
  }

  private get state(): WalkState {
    const { documents, read, urls, problems } = this;
    return { documents: [...documents], read, urls, problems: [...problems] };
  }

  private async *stepsOf(document: KnownDocument): AsyncGenerator<WalkStep> {
    let batch: string[] = [];
    for await (const finding of this.findings(document)) {
      if (finding.kind === 'document') this.add(document, finding);
      else if (finding.kind === 'problem') this.problem(document.url, finding.reason);
      else if (this.admit(document.url)) batch.push(finding.url);
      else break;
      if (batch.length < BATCH_URLS) continue;
      yield { urls: batch };
      batch = [];
      await this.reader.giveWay?.();
    }
    if (batch.length > 0) yield { urls: batch };
  }

  /** Yields what the document names, behind its own URL where it is to be warmed itself; errors as problems. */
  private async *findings(document: KnownDocument): AsyncGenerator<Finding> {
    // A redirect is no object: viewers ask for what it leads to.
    let own = this.source.warmsDocuments ? document.url : undefined;
    try {
      const fetched = await this.fetch(this.read);
      if (own !== undefined) own = fetched.url;
      for await (const finding of this.contentsOf(document, fetched)) {
        if (own !== undefined && finding.kind !== 'problem') yield { kind: 'url', url: own };
        if (finding.kind !== 'problem') own = undefined;
        yield finding;
      }
    } catch (error) {
      yield { kind: 'problem', reason: error instanceof Error ? error.message : String(error) };
    }
    // Another document names it, so that viewers ask for it whether or not it can be read here.
    if (own !== undefined && document.depth > 0) yield { kind: 'url', url: own };
  }

  /** Returns the document at this position, and after it the next ones, fetched ahead. */
  private fetch(position: number): Promise<FetchedDocument> {
    const { maxDocumentBytes, parallelReads } = this.options.limits;
    for (
      let ahead = position;
      ahead < Math.min(this.documents.length, position + parallelReads);
      ahead += 1
    ) {
      const document = this.documents[ahead];
      if (document === undefined || this.fetches.has(ahead)) continue;
      const fetched = this.reader.read(document.url, maxDocumentBytes);
      // Awaited in its turn, or never where the walk ends before.
      fetched.catch(() => {});
      this.fetches.set(ahead, fetched);
    }
    const fetched = this.fetches.get(position);
    this.fetches.delete(position);
    if (fetched === undefined) throw new Error(`there is no document ${position}`);
    return fetched;
  }

  private async *contentsOf(known: KnownDocument, fetched: FetchedDocument): AsyncGenerator<Finding> {
    const { url, body } = fetched;
    const { formats } = this.source;
    const { limits } = this.options;
    const start = await documentStart(fetched, limits.maxDocumentBytes);
    const format = formats.find((candidate) => candidate.detects(start));
    if (format === undefined)
      throw new UnreadableDocument(`is none of these: ${formats.map(({ name }) => name).join(', ')}`);
    const maxBytes = Math.min(format.maxBytes ?? Number.POSITIVE_INFINITY, limits.maxDocumentBytes);
    if (body.byteLength > maxBytes) throw new UnreadableDocument(`is larger than ${maxBytes} bytes`);
    const document: OpenDocument = {
      url,
      variables: known.variables ?? {},
      text: () => this.inTurns(documentText(fetched, maxBytes)),
    };
    let isEmpty = true;
    let problems = 0;
    for await (const finding of format.read(document, this.options)) {
      yield finding;
      // A manifest without segments names itself as the base of all that it has.
      if (finding.kind === 'problem' || finding.url !== url) isEmpty = false;
      if (finding.kind !== 'problem') continue;
      problems += 1;
      // A template may name billions of segments, none of which is a URL.
      if (problems > MAX_DOCUMENT_PROBLEMS)
        throw new UnreadableDocument('is given up, for all that is wrong with it');
    }
    if (isEmpty && (known.depth === 0 || format.mayBeEmpty !== true))
      throw new UnreadableDocument('names nothing to warm');
  }

  private async *inTurns(parts: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const part of parts) {
      yield part;
      await this.reader.giveWay?.();
    }
  }

  private add(
    from: KnownDocument,
    { url, variables }: Extract<Finding, { readonly kind: 'document' }>,
  ): void {
    if (this.known.has(url)) return;
    const { maxDepth, maxDocuments } = this.options.limits;
    if (from.depth >= maxDepth) {
      this.problem(url, `is more than ${maxDepth} levels below the first document`);
    } else if (this.known.size >= maxDocuments) {
      this.problem(url, `is one document more than ${maxDocuments}`);
    } else {
      this.known.add(url);
      this.documents.push({ url, depth: from.depth + 1, ...(variables === undefined ? {} : { variables }) });
    }
  }

  private problem(url: string, reason: string): void {
    const problem = `${url} ${reason}`;
    // Every representation of a manifest may inherit the same fault.
    if (this.problems.includes(problem)) return;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
    else if (this.problems.length === MAX_PROBLEMS) this.problems.push('and more');
  }

  /** Counts a URL; false once there are too many. */
  private admit(from: string): boolean {
    if (this.isFull) return false;
    this.urls += 1;
    if (!this.isFull) return true;
    this.problem(from, `goes beyond ${this.options.limits.maxUrls} URLs; the rest is left out`);
    return false;
  }
}

/**
 * Yields the URLs of a source, step by step, not yet normalised. A document that cannot be read does not keep back the others:
 * what is wrong stands in the state of the last step.
 * @param first URL of the document that the caller named
 */
export function walkSource(
  first: string,
  source: DocumentSource,
  reader: DocumentReader,
  options: WalkOptions,
): AsyncGenerator<WalkStep> {
  return new Walk(first, source, reader, options).steps();
}
