import { WarmpathError } from '../../../errors/warmpath-error';
import type { DocumentReader } from '../ports/document-reader';
import type { ExpansionLimits } from '../ports/url-input';

/** Bounds of one sitemap or playlist. Sizes of sitemaps: https://www.sitemaps.org/protocol.html */
export const EXPANSION_LIMITS: ExpansionLimits = {
  maxDocuments: 1_000,
  maxDepth: 3,
  maxUrls: 1_000_000,
  maxDocumentBytes: 52_428_800,
};

/** Documents of a source that could not be read or made sense of, each named with its reason. */
export class ExpansionError extends WarmpathError {
  override readonly name = 'ExpansionError';
  constructor(readonly problems: readonly string[]) {
    super('SOURCE_NOT_EXPANDED', problems.join('; '));
  }
}

const MAX_PROBLEMS = 20;

/** A document to read, and how far below the first it is. */
export interface QueuedDocument {
  readonly url: string;
  readonly depth: number;
}

/** One walk through the documents of a source: counts, bounds, and remembers what went wrong. */
export class Expansion {
  private readonly problems: string[] = [];
  private readonly known = new Set<string>();
  private readonly queue: QueuedDocument[] = [];
  private urls = 0;

  constructor(
    private readonly reader: DocumentReader,
    readonly limits: ExpansionLimits,
  ) {}

  /** Documents in the order found, each once, those found meanwhile included. */
  *documents(first: string): Iterable<QueuedDocument> {
    this.enqueue(first, 0);
    for (let next = this.queue.shift(); next !== undefined && !this.isFull(); next = this.queue.shift())
      yield next;
  }

  enqueue(url: string, depth: number): void {
    if (this.known.has(url)) return;
    if (depth > this.limits.maxDepth) {
      this.problem(url, `is more than ${this.limits.maxDepth} levels below the first document`);
      return;
    }
    if (this.known.size >= this.limits.maxDocuments) {
      this.problem(url, `is one document more than ${this.limits.maxDocuments}`);
      return;
    }
    this.known.add(url);
    this.queue.push({ url, depth });
  }

  /** Nothing where it cannot be read; the reason is kept. */
  async read(url: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.reader.read(url, this.limits.maxDocumentBytes)).body;
    } catch (error) {
      this.failed(url, error);
      return undefined;
    }
  }

  failed(url: string, error: unknown): void {
    this.problem(url, error instanceof Error ? error.message : String(error));
  }

  problem(url: string, reason: string): void {
    const problem = `${url} ${reason}`;
    // Every representation of a manifest may inherit the same fault.
    if (this.problems.includes(problem)) return;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
    else if (this.problems.length === MAX_PROBLEMS) this.problems.push('and more');
  }

  /** Counts a URL; false once there are too many. */
  admit(from: string): boolean {
    if (this.isFull()) return false;
    this.urls += 1;
    if (this.urls <= this.limits.maxUrls) return true;
    this.problem(from, `goes beyond ${this.limits.maxUrls} URLs; the rest is left out`);
    return false;
  }

  isFull(): boolean {
    return this.urls > this.limits.maxUrls;
  }

  /** Throws what went wrong, after everything that could be read has been passed on. */
  end(): void {
    if (this.problems.length > 0) throw new ExpansionError(this.problems);
  }
}

/** An absolute URL, or nothing where the text is none. */
export function resolveUrl(text: string, base: string): string | undefined {
  return URL.canParse(text, base) ? new URL(text, base).href : undefined;
}
