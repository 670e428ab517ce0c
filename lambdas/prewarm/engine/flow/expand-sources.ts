import type { RequestRecord } from '../model/request';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { ExpandSource } from '../ports/expand-source';
import type { RequestStore } from '../ports/request-store';
import type { SeenUrls } from '../ports/seen-urls';
import { joinLines } from '../text/lines';
import { expansionKey, foundUrlsKey, newRunName } from './blob-names';
import { type Expansion, expandedUrls, expansionCursor } from './expansion';
import type { Budget } from './step';

export interface ExpandSourcesDeps {
  readonly requests: RequestStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Opens an empty set; one is open for each run that expands sources. */
  readonly openSeenUrls: () => SeenUrls;
  readonly expandSource: ExpandSource;
}

/** `complete`: the stored list and `found` behind it are all URLs. `ended`: the request is no longer CREATED. */
export type SourcesExpanded =
  | { readonly kind: 'complete'; readonly expansion: Expansion; readonly found: readonly string[] }
  | { readonly kind: 'more' }
  | { readonly kind: 'ended' };

/** URLs found, and documents read, between two stored expansions: what a crash costs, and what is held in memory. */
const STORED_AFTER_URLS = 50_000;
const STORED_AFTER_DOCUMENTS = 100;
const SEEN_BATCH = 10_000;

/** One run over the sources that are not read to their end yet. */
class SourcesRun {
  private found: string[] = [];
  private documents = 0;
  private readonly seen: SeenUrls;

  constructor(
    private readonly deps: ExpandSourcesDeps,
    private readonly record: RequestRecord,
    private at: Expansion,
    private readonly budget: Budget,
  ) {
    this.seen = deps.openSeenUrls();
  }

  async run(): Promise<SourcesExpanded> {
    const leaving = new AbortController();
    const { signal: ended } = this.budget;
    function leave(): void {
      leaving.abort(ended?.reason);
    }
    ended?.addEventListener('abort', leave, { once: true });
    if (ended?.aborted) leave();
    try {
      await this.remember();
      return await this.read(leaving.signal);
    } finally {
      ended?.removeEventListener('abort', leave);
      // Documents that are fetched ahead are not waited for.
      leaving.abort();
      this.seen.close();
    }
  }

  private get isFull(): boolean {
    const { limit } = this.record.spec;
    return limit !== undefined && this.at.urlCount + this.found.length >= limit;
  }

  /** Sees again what earlier runs have found. */
  private async remember(): Promise<void> {
    let batch: string[] = [];
    for await (const url of expandedUrls(this.deps.blobs, this.record.id, this.at.pieces)) {
      batch.push(url);
      if (batch.length < SEEN_BATCH) continue;
      await this.seen.addAll(batch);
      batch = [];
    }
    await this.seen.addAll(batch);
  }

  private async read(signal: AbortSignal): Promise<SourcesExpanded> {
    const { sources } = this.record.spec;
    while (this.at.source < sources.length && !this.isFull) {
      const left = await this.readSource(signal);
      if (left !== undefined) return left;
      if (!this.budget.shouldContinue()) return this.leave();
    }
    return { kind: 'complete', expansion: this.at, found: this.found };
  }

  /** Reads one source to its end; returns where the run ends before that. */
  private async readSource(signal: AbortSignal): Promise<SourcesExpanded | undefined> {
    const { spec } = this.record;
    const source = spec.sources[this.at.source];
    if (source === undefined) return undefined;
    let problem: string | undefined;
    try {
      const { resume: from } = this.at;
      for await (const { urls, resume } of this.deps.expandSource(source, spec, { signal, from })) {
        await this.add(urls);
        if (this.isFull) break;
        const isDocumentRead = resume !== undefined;
        if (isDocumentRead) {
          this.at = { ...this.at, resume };
          this.documents += 1;
          if (!this.budget.shouldContinue()) return this.leave();
        }
        const isDue =
          this.found.length >= STORED_AFTER_URLS ||
          (isDocumentRead && this.documents >= STORED_AFTER_DOCUMENTS);
        if (isDue && (await this.store()) === 'refused') return { kind: 'ended' };
      }
    } catch (error) {
      // A source that was not read to its end is not one that cannot be read.
      if (signal.aborted) return this.leave();
      problem = `${source.kind} ${source.url}: ${error instanceof Error ? error.message : error}`;
    }
    const problems = problem === undefined ? this.at.problems : [...this.at.problems, problem];
    this.at = { ...this.at, source: this.at.source + 1, resume: undefined, problems };
    return undefined;
  }

  private async add(urls: readonly string[]): Promise<void> {
    const isNew = await this.seen.addAll(urls);
    for (const [index, url] of urls.entries()) if (isNew[index] && !this.isFull) this.found.push(url);
  }

  private async leave(): Promise<SourcesExpanded> {
    return { kind: (await this.store()) === 'refused' ? 'ended' : 'more' };
  }

  /**
   * Stores what was found and how far the sources are read. URLs of a document that is not read to its end may be among them:
   * they come again after `resume`, and are no longer new. Each time under a name of its own: two runs may have gone on from
   * one expansion.
   */
  private async store(): Promise<'patched' | 'refused'> {
    const { requests, blobs, clock } = this.deps;
    const { id } = this.record;
    const { at, found } = this;
    const run = newRunName(clock);
    if (found.length > 0) await blobs.put(foundUrlsKey(id, run), joinLines(found));
    const pieces = found.length > 0 ? [...at.pieces, run] : at.pieces;
    this.at = { ...at, pieces, urlCount: at.urlCount + found.length };
    this.found = [];
    this.documents = 0;
    await blobs.put(expansionKey(id, run), [JSON.stringify(this.at)]);
    return requests.patch(id, 'CREATED', { cursor: expansionCursor(run) });
  }
}

/**
 * Reads the sources of a request on from where an earlier run left them, and stores how far it came as URLs come. Where the
 * budget ends it stores once more: on AWS, that write is what calls the next run.
 */
export function expandSources(
  deps: ExpandSourcesDeps,
  record: RequestRecord,
  from: Expansion,
  budget: Budget,
): Promise<SourcesExpanded> {
  return new SourcesRun(deps, record, from, budget).run();
}
