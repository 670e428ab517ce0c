import type { RequestId } from '../model/ids';
import type { RequestRecord } from '../model/request';
import { isExpansionBlob, sizesKey } from './blob-names';
import { forEachConcurrently } from './concurrently';
import { type CutSegmentsDeps, cutSegments } from './cut-segments';
import { type ListToWarm, type ListToWarmDeps, writeListToWarm } from './list-to-warm';
import { parseSizeCursor, type SizeCursor } from './size-cursor';
import type { Budget, StepResult } from './step';
import { sizeUrls, type UrlSizesDeps } from './url-sizes';

const REMOVED_AT_A_TIME = 16;

export interface SizeDeps extends ListToWarmDeps, UrlSizesDeps, CutSegmentsDeps {
  /** `none` takes every size as unknown and asks for nothing. */
  readonly sizing: 'all' | 'none';
}

async function cutAndAdvance(deps: SizeDeps, record: RequestRecord, cursor: SizeCursor): Promise<void> {
  const { requests, blobs } = deps;
  const { id } = record;
  try {
    const { index, urlBytes, failedUrlCount } = await cutSegments(deps, record, cursor);
    const moved = await requests.advance(id, 'CHECK_POP', {
      urlBytes,
      failedUrlCount,
      cursor: JSON.stringify(index),
      ...(cursor.problems.length > 0 && { message: cursor.problems.join('; ') }),
    });
    if (moved !== 'advanced') return;
    const parts = Array.from({ length: cursor.parts }, (_, part) => part);
    await forEachConcurrently(parts, REMOVED_AT_A_TIME, (part) =>
      blobs.remove(sizesKey(id, cursor.run, part)),
    );
    if (record.spec.sources.length > 0) await removeExpansion(deps, id);
  } catch (error) {
    // Another run of this step was faster and has removed the sizes that this one reads.
    if ((await requests.get(id))?.status === 'CREATED') throw error;
  }
}

async function removeExpansion({ blobs }: SizeDeps, id: RequestId): Promise<void> {
  const keys: string[] = [];
  for await (const key of blobs.list(`${id}/sizing/`)) if (isExpansionBlob(key)) keys.push(key);
  for (const key of keys) await blobs.remove(key);
}

async function writeOrFindList(deps: SizeDeps, record: RequestRecord, budget: Budget): Promise<ListToWarm> {
  try {
    return await writeListToWarm(deps, record, budget);
  } catch (error) {
    // Another run of this step was faster and has removed what this one goes on from.
    if ((await deps.requests.get(record.id))?.status === 'CREATED') throw error;
    return { kind: 'ended' };
  }
}

/**
 * CREATED to CHECK_POP: writes the list to warm, asks the distribution for the sizes (a failure is noted, the URL is
 * warmed all the same) and cuts the segments.
 */
export async function sizeRequest(deps: SizeDeps, id: RequestId, budget: Budget): Promise<StepResult> {
  const record = await deps.requests.get(id);
  if (record === undefined || record.status !== 'CREATED') return 'done';

  const begun = parseSizeCursor(record.cursor);
  let cursor = begun;
  if (cursor === undefined) {
    const list = await writeOrFindList(deps, record, budget);
    if (list.kind !== 'written') return list.kind === 'ended' ? 'done' : 'more';
    cursor = list.cursor;
    const kept = await deps.requests.patch(id, 'CREATED', { cursor: JSON.stringify(cursor) });
    if (kept === 'refused') return 'done';
  }
  if (deps.sizing === 'all' && cursor.sizedUrls < cursor.urlCount) {
    const sized = await sizeUrls(deps, record, cursor, budget);
    if (sized.result === 'more') {
      // Nothing of the part that was cut short is stored, but a write is what calls the next run on AWS.
      if (sized.cursor === cursor)
        await deps.requests.patch(id, 'CREATED', { cursor: JSON.stringify(cursor) });
      return 'more';
    }
    cursor = sized.cursor;
  }
  // Cutting a long list takes a while: a run of its own has time for it. The write that calls that run has been made.
  if (cursor !== begun && !budget.shouldContinue()) return 'more';
  await cutAndAdvance(deps, record, cursor);
  return 'done';
}
