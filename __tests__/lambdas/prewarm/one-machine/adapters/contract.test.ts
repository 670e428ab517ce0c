import { MemoryLevel } from 'memory-level';
import type { Log } from '../../../../../lambdas/prewarm/engine/ports/log';
import { FileBlobStore } from '../../../../../lambdas/prewarm/one-machine/adapters/blob-store';
import { type DataDir, openDataDir } from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { EmbeddedDeadlines } from '../../../../../lambdas/prewarm/one-machine/adapters/deadlines';
import { EmbeddedFleet } from '../../../../../lambdas/prewarm/one-machine/adapters/fleet';
import { HeaderSeal } from '../../../../../lambdas/prewarm/one-machine/adapters/header-seal';
import { keys } from '../../../../../lambdas/prewarm/one-machine/adapters/keys';
import { EmbeddedPopStore } from '../../../../../lambdas/prewarm/one-machine/adapters/pop-store';
import { EmbeddedRequestStore } from '../../../../../lambdas/prewarm/one-machine/adapters/request-store';
import { EmbeddedSliceLedger } from '../../../../../lambdas/prewarm/one-machine/adapters/slice-ledger';
import { Store } from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import { EmbeddedTaskQueue } from '../../../../../lambdas/prewarm/one-machine/adapters/task-queue';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';
import { DigestedUrls } from '../../../../../lambdas/prewarm/runtime/seen-urls';
import { MemoryBlobStore } from '../../engine/flow/memory-blob-store';
import { describeBlobStoreContract } from '../../engine/ports/blob-store.contract';
import { describeClockContract } from '../../engine/ports/clock.contract';
import { describeDeadlinesContract } from '../../engine/ports/deadlines.contract';
import { describeFleetContract } from '../../engine/ports/fleet.contract';
import { describePopStoreContract } from '../../engine/ports/pop-store.contract';
import { describeRequestStoreContract } from '../../engine/ports/request-store.contract';
import type { Made } from '../../engine/ports/samples';
import { describeSeenUrlsContract } from '../../engine/ports/seen-urls.contract';
import { describeSliceJournalContract } from '../../engine/ports/slice-journal.contract';
import { describeSliceLedgerContract } from '../../engine/ports/slice-ledger.contract';
import { describeTaskQueueContract } from '../../engine/ports/task-queue.contract';
import { removeDir, tempDir } from '../engine/engine-fixture';

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

interface Ground {
  readonly dir: Pick<DataDir, 'store' | 'blobsDir' | 'tmpDir'>;
  readonly remove: () => Promise<void>;
}

async function onDisk(): Promise<Ground> {
  const path = await tempDir();
  const dir = await openDataDir(path);
  return {
    dir,
    remove: async () => {
      await dir.store.close();
      await removeDir(path);
    },
  };
}

async function inMemory(): Promise<Ground> {
  const store = new Store(new MemoryLevel<string, string>({ storeEncoding: 'utf8' }));
  return { dir: { store, blobsDir: '', tmpDir: '' }, remove: () => store.close() };
}

const MAX_DELIVERIES = 3;
const seal = new HeaderSeal(Buffer.alloc(32));

describe.each([
  ['on disk', onDisk],
  ['in memory', inMemory],
])('the embedded adapters %s', (_, ground) => {
  function makes<T>(build: (dir: Ground['dir']) => T | Promise<T>) {
    return async (): Promise<Made<T>> => {
      const { dir, remove } = await ground();
      return { port: await build(dir), close: remove };
    };
  }

  describeRequestStoreContract(makes(({ store }) => new EmbeddedRequestStore(store, systemClock, seal)));
  describePopStoreContract(makes(({ store }) => new EmbeddedPopStore(store)));
  describeSliceLedgerContract(
    makes(({ store }) => ({
      requests: new EmbeddedRequestStore(store, systemClock, seal),
      pops: new EmbeddedPopStore(store),
      ledger: new EmbeddedSliceLedger(store, systemClock),
    })),
  );
  describeSliceJournalContract(
    makes(({ store }) => {
      const ledger = new EmbeddedSliceLedger(store, systemClock);
      return { journal: ledger, ledger };
    }),
  );
  describeTaskQueueContract(
    makes(async ({ store }) => ({
      queue: await EmbeddedTaskQueue.open(store, systemClock, {
        visibilitySeconds: 60,
        maxDeliveries: MAX_DELIVERIES,
      }),
      maxDeliveries: MAX_DELIVERIES,
    })),
  );
  describeDeadlinesContract(
    makes(async ({ store }) => ({
      deadlines: await EmbeddedDeadlines.open(store, systemClock, quiet),
      pending: async (id) => store.get<number>(keys.deadline(id)),
    })),
  );
});

describe('the embedded blobs, fleet, clock and seen URLs', () => {
  describeBlobStoreContract(async () => {
    const { dir, remove } = await onDisk();
    return { port: new FileBlobStore(dir), close: remove };
  });
  describe('in memory, as the schedules of crashes use them', () => {
    describeBlobStoreContract(async () => ({ port: new MemoryBlobStore(), close: async () => {} }));
  });
  describeFleetContract(async () => {
    const { dir, remove } = await onDisk();
    return { port: new EmbeddedFleet(dir.store), close: remove };
  });
  describeClockContract(() => systemClock);
  describeSeenUrlsContract(async () => ({ port: new DigestedUrls(), close: async () => {} }));
});
