import { guardedResolver } from '../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { UnreadableDocument } from '../../../lambdas/prewarm/engine/ports/document-reader';
import { createSourceExpander } from '../../../lambdas/prewarm/net/source-expander';
import { DigestedUrls } from '../../../lambdas/prewarm/runtime/seen-urls';
import { OPTION_WORDING } from './option-wording';
import type { PreparedRun } from './run-input';
import type { RunOptions } from './run-options';
import type { RunSurroundings } from './run-surroundings';

/** How many URLs a run would warm. */
export interface UrlCount {
  readonly urls: number;
  /** What could not be read of sitemaps and playlists, a sentence each. */
  readonly problems: readonly string[];
}

export interface CountOptions {
  /** Ends reading; the count then fails with its reason. */
  readonly signal: AbortSignal;
  /** Called before each sitemap or playlist. */
  readonly onRead: () => void;
}

const BATCH_URLS = 1_000;

/**
 * Counts the URLs of the list, then those of each sitemap and playlist, none twice, up to the run's limit; within the same
 * bounds as the run reads them.
 */
export async function countUrls(
  { spec, urls }: PreparedRun,
  { edgePort }: Pick<RunOptions, 'edgePort'>,
  { resolver, policy, ca }: RunSurroundings,
  { signal, onRead }: CountOptions,
): Promise<UrlCount> {
  const expand = createSourceExpander({
    resolver: guardedResolver(resolver, policy),
    edgePort,
    ca,
    wording: OPTION_WORDING,
  });
  const seen = new DigestedUrls();
  const most = spec.limit ?? Number.POSITIVE_INFINITY;
  const problems: string[] = [];
  let count = 0;
  async function add(found: readonly string[]): Promise<void> {
    const isNew = await seen.addAll(found);
    count = Math.min(most, count + isNew.filter(Boolean).length);
  }
  try {
    let batch: string[] = [];
    for await (const url of urls()) {
      if (batch.push(url) < BATCH_URLS) continue;
      await add(batch);
      batch = [];
    }
    await add(batch);
    for (const source of spec.sources) {
      if (count >= most) break;
      onRead();
      try {
        for await (const { urls: found } of expand(source, spec, { signal })) {
          await add(found);
          if (count >= most) break;
        }
      } catch (error) {
        if (!(error instanceof UnreadableDocument)) throw error;
        problems.push(`${source.kind} ${source.url}: ${error.message}`);
      }
    }
  } finally {
    seen.close();
  }
  return { urls: count, problems };
}
