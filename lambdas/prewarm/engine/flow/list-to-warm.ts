import type { RequestRecord } from '../model/request';
import { joinLines } from '../text/lines';
import { expandedUrlsKey, newRunName, originalUrlsKey } from './blob-names';
import { type ExpandSourcesDeps, expandSources } from './expand-sources';
import { type Expansion, expandedUrls, storedExpansion } from './expansion';
import type { SizeCursor } from './size-cursor';
import type { Budget } from './step';

export type ListToWarmDeps = ExpandSourcesDeps;

export type ListToWarm =
  | { readonly kind: 'written'; readonly cursor: SizeCursor }
  | { readonly kind: 'more' }
  | { readonly kind: 'ended' };

/**
 * The list to warm: the accepted one; where there are sources, a new one that begins with it. `more` where the budget ended
 * before: the next run reads the sources on from there. `ended` where the request is no longer CREATED.
 */
export async function writeListToWarm(
  deps: ListToWarmDeps,
  record: RequestRecord,
  budget: Budget,
): Promise<ListToWarm> {
  const { id, spec, acceptedUrlCount, cursor } = record;
  const begin = { startByte: 0, parts: 0, sizedUrls: 0 };
  if (spec.sources.length === 0) {
    const run = newRunName(deps.clock);
    const listKey = originalUrlsKey(id);
    return {
      kind: 'written',
      cursor: { ...begin, run, listKey, urlCount: acceptedUrlCount, problems: [] },
    };
  }
  const none: Expansion = { pieces: [], urlCount: acceptedUrlCount, source: 0, problems: [] };
  const from = (await storedExpansion(deps.blobs, id, cursor)) ?? none;
  const expanded = await expandSources(deps, record, from, budget);
  if (expanded.kind !== 'complete') return expanded;

  const { expansion, found } = expanded;
  async function* all(): AsyncGenerator<string> {
    yield* expandedUrls(deps.blobs, id, expansion.pieces);
    yield* found;
  }
  const run = newRunName(deps.clock);
  const listKey = expandedUrlsKey(id, run);
  await deps.blobs.put(listKey, joinLines(all()));
  const urlCount = expansion.urlCount + found.length;
  return { kind: 'written', cursor: { ...begin, run, listKey, urlCount, problems: expansion.problems } };
}
