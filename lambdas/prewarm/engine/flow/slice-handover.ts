import type { Slice, SliceKey } from '../model/slice';
import type { SliceProgress } from '../model/slice-progress';
import { BlobNotFound, type BlobStore } from '../ports/blob-store';
import type { SliceJournal } from '../ports/slice-journal';
import { handedBackKey } from './blob-names';

/** Keeps what is done of a slice that is handed back unfinished, for whoever receives it next. */
export interface SliceHandover {
  /** Returns what the last delivery handed back; nothing where none did. */
  load(slice: SliceKey): Promise<SliceProgress | undefined>;
  /** Replaces what was handed back before. */
  save(slice: SliceKey, progress: SliceProgress): Promise<void>;
}

function isProgress(value: unknown): value is SliceProgress {
  return value instanceof Object && 'done' in value && 'tally' in value && 'failures' in value;
}

/** Returns a hand-over by blobs, one for a slice. */
export function handoverInBlobs(blobs: Pick<BlobStore, 'put' | 'read'>): SliceHandover {
  return {
    async load({ requestId, id }) {
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of blobs.read(handedBackKey(requestId, id))) chunks.push(chunk);
      } catch (error) {
        if (error instanceof BlobNotFound) return undefined;
        throw error;
      }
      const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
      return isProgress(value) ? value : undefined;
    },
    async save({ requestId, id }, progress) {
      await blobs.put(handedBackKey(requestId, id), [JSON.stringify(progress)]);
    },
  };
}

/** Returns what earlier deliveries of the slice have done, by whichever of the two keeps it. */
export async function progressBefore(
  deps: { readonly journal?: SliceJournal | undefined; readonly handover?: SliceHandover | undefined },
  slice: Slice,
): Promise<SliceProgress | undefined> {
  return (await deps.journal?.load(slice)) ?? (await deps.handover?.load(slice));
}
