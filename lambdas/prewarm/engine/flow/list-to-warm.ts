import type { RequestRecord } from '../model/request';
import type { BlobStore } from '../ports/blob-store';
import type { Clock } from '../ports/clock';
import type { ExpandSource } from '../ports/expand-source';
import { joinLines, readLines } from '../text/lines';
import type { Dedupe } from './accept';
import { expandedUrlsKey, newRunName, originalUrlsKey } from './blob-names';
import { firstUrls } from './dedupe';
import type { SizeCursor } from './size-cursor';
import type { Budget } from './step';

export interface ListToWarmDeps {
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly dedupe: Dedupe;
  readonly expandSource: ExpandSource;
}

/**
 * The list to warm: the accepted one; where there are sources, a new one that begins with it. Nothing where the budget's
 * signal cut it short: the next run reads the sources again.
 */
export async function writeListToWarm(
  deps: ListToWarmDeps,
  { id, spec, acceptedUrlCount }: RequestRecord,
  { signal }: Budget,
): Promise<SizeCursor | undefined> {
  const run = newRunName(deps.clock);
  const begin = { run, startByte: 0, parts: 0, sizedUrls: 0 };
  if (spec.sources.length === 0)
    return { ...begin, listKey: originalUrlsKey(id), urlCount: acceptedUrlCount, problems: [] };
  const problems: string[] = [];
  let urlCount = 0;
  async function* all(): AsyncGenerator<string> {
    yield* readLines(deps.blobs.read(originalUrlsKey(id)));
    for (const source of spec.sources) {
      try {
        for await (const { urls } of deps.expandSource(source, spec, { signal })) yield* urls;
      } catch (error) {
        problems.push(`${source.kind} ${source.url}: ${error instanceof Error ? error.message : error}`);
      }
      // A source that was not read to its end is not one that cannot be read.
      signal?.throwIfAborted();
    }
  }
  const counting = joinLines(firstUrls(deps.dedupe(all()), spec.limit, 'left'), () => {
    urlCount += 1;
  });
  const listKey = expandedUrlsKey(id, run);
  try {
    await deps.blobs.put(listKey, counting);
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
  return { ...begin, listKey, urlCount, problems };
}
