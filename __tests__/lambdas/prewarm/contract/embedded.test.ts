import { MemoryLevel } from 'memory-level';
import { FileBlobStore } from '../../../../lambdas/prewarm/embedded/blob-store';
import { type DataDir, openDataDir } from '../../../../lambdas/prewarm/embedded/data-dir';
import { EmbeddedDeadlines } from '../../../../lambdas/prewarm/embedded/deadlines';
import { EmbeddedFleet } from '../../../../lambdas/prewarm/embedded/fleet';
import { keys } from '../../../../lambdas/prewarm/embedded/keys';
import { EmbeddedPopStore } from '../../../../lambdas/prewarm/embedded/pop-store';
import { EmbeddedRequestStore } from '../../../../lambdas/prewarm/embedded/request-store';
import { EmbeddedSliceLedger } from '../../../../lambdas/prewarm/embedded/slice-ledger';
import { Store } from '../../../../lambdas/prewarm/embedded/store';
import { EmbeddedTaskQueue } from '../../../../lambdas/prewarm/embedded/task-queue';
import type { Log } from '../../../../lambdas/prewarm/ports';
import { systemClock } from '../../../../lambdas/prewarm/runtime/clock';
import { DigestedUrls } from '../../../../lambdas/prewarm/runtime/seen-urls';
import { removeDir, tempDir } from '../embedded/engine-fixture';
import { MemoryBlobStore } from '../flow/memory-blob-store';
import { describeBlobStoreContract } from './blob-store.contract';
import { describeClockContract } from './clock.contract';
import { describeDeadlinesContract } from './deadlines.contract';
import { describeFleetContract } from './fleet.contract';
import { describePopStoreContract } from './pop-store.contract';
import { describeRequestStoreContract } from './request-store.contract';
import type { Made } from './samples';
import { describeSeenUrlsContract } from './seen-urls.contract';
import { describeSliceLedgerContract } from './slice-ledger.contract';
import { describeTaskQueueContract } from './task-queue.contract';

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

interface Ground {
  readonly dir: Pick<DataDir, 'store' | 'blobsDir' | 'tmpDir'>;
  readonly remove: () => Promise<void>;
}

const onDisk = async (): Promise<Ground> => {
  const path = await tempDir();
  const dir = await openDataDir(path);
  return {
    dir,
    remove: async () => {
      await dir.store.close();
      await removeDir(path);
    },
  };
};

const inMemory = async (): Promise<Ground> => {
  const store = new Store(new MemoryLevel<string, string>({ storeEncoding: 'utf8' }));
  return { dir: { store, blobsDir: '', tmpDir: '' }, remove: () => store.close() };
};

const MAX_DELIVERIES = 3;

describe.each([
  ['on disk', onDisk],
  ['in memory', inMemory],
])('the embedded adapters %s', (_, ground) => {
  const makes =
    <T>(build: (dir: Ground['dir']) => T | Promise<T>) =>
    async (): Promise<Made<T>> => {
      const { dir, remove } = await ground();
      return { port: await build(dir), close: remove };
    };

  describeRequestStoreContract(makes(({ store }) => new EmbeddedRequestStore(store, systemClock)));
  describePopStoreContract(makes(({ store }) => new EmbeddedPopStore(store)));
  describeSliceLedgerContract(
    makes(({ store }) => ({
      requests: new EmbeddedRequestStore(store, systemClock),
      pops: new EmbeddedPopStore(store),
      ledger: new EmbeddedSliceLedger(store, systemClock),
    })),
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
  describeFleetContract(async () => ({ port: new EmbeddedFleet(), close: async () => {} }));
  describeClockContract(() => systemClock);
  describeSeenUrlsContract(async () => ({ port: new DigestedUrls(), close: async () => {} }));
});
