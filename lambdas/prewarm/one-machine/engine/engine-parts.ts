import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { guardedResolver } from '../../engine/addresses/guarded-resolver';
import type { AcceptDeps } from '../../engine/flow/accept';
import type { AggregateDeps } from '../../engine/flow/aggregate';
import type { DeadSliceDeps } from '../../engine/flow/dead-slice';
import { dedupe } from '../../engine/flow/dedupe';
import type { PlanDeps } from '../../engine/flow/plan';
import { writeReport } from '../../engine/flow/report';
import { resolvePops } from '../../engine/flow/resolve-pops';
import type { SettleDeps } from '../../engine/flow/settle';
import type { SizeDeps } from '../../engine/flow/size';
import type { WorkLoopDeps } from '../../engine/flow/work-loop';
import { requestId } from '../../engine/model/ids';
import type { RequestRecord, RequestSpec } from '../../engine/model/request';
import { createPopDirectory } from '../../engine/pops/pop-directory';
import { afterKill, DEFAULT_WARM_LIMITS, withConcurrency } from '../../engine/warming/warm-limits';
import { createResolver } from '../../net/resolver';
import { createSourceExpander } from '../../net/source-expander';
import { createTransport } from '../../net/transport';
import { WebhookNotifier } from '../../net/webhook-notifier';
import { systemClock } from '../../runtime/clock';
import { connectionBudget } from '../../runtime/open-files';
import { DigestedUrls } from '../../runtime/seen-urls';
import { openWarmPool } from '../../worker/warm-pool';
import { FileBlobStore } from '../adapters/blob-store';
import { openDataDir } from '../adapters/data-dir';
import { EmbeddedDeadlines } from '../adapters/deadlines';
import { EmbeddedFleet } from '../adapters/fleet';
import { noInvalidator } from '../adapters/invalidator';
import { keys } from '../adapters/keys';
import { EmbeddedPopStore } from '../adapters/pop-store';
import { EmbeddedRequestStore } from '../adapters/request-store';
import { EmbeddedSliceLedger } from '../adapters/slice-ledger';
import { del, put, type Store } from '../adapters/store';
import { EmbeddedTaskQueue } from '../adapters/task-queue';
import { UploadedLists } from '../adapters/uploaded-lists';
import type { EngineLimits, EngineOptions } from './engine-api';
import { clearLeftovers } from './leftovers';

export const DEFAULT_ENGINE_LIMITS: EngineLimits = {
  slicesPerInstance: 8,
  maxSlicesInFlight: Math.max(64, 4 * availableParallelism()),
  maxFetchesInFlight: DEFAULT_WARM_LIMITS.total.ceiling,
  maxUrlsPerSlice: 500,
  maxBytesPerSlice: 2 ** 30,
  sizingConcurrency: 64,
  visibilitySeconds: 60,
  maxDeliveries: 5,
  maxListBytes: 4 * 2 ** 30,
};

/**
 * Slices that an agent of a fleet warms one after the other, so that slow ones even out. Here all share one pool of connections:
 * those of a short list are to be underway together, so that it waits for as few answers in turn as it can.
 */
const SLICES_IN_TURN = 4;
/**
 * So many times the slices that a list is cut for may be underway: the last answers of one slice are waited for while the next ones of
 * its PoP begin.
 */
const READY_SLICES = 2;

/** Returns the fetches of these requests that are not counted as done. */
function pendingOf(requests: readonly RequestRecord[]): number {
  return requests.reduce((sum, { spec, totals, acceptedUrlCount, progress }) => {
    const all = totals?.fetchCount ?? acceptedUrlCount * spec.pops.length * spec.encodings.length;
    return sum + Math.max(0, all - progress.fetches);
  }, 0);
}

/** As long as on AWS. */
export const DEFAULT_RETENTION_DAYS = 30;

/** Everything that the steps of the domain ask for, on one machine. */
export interface EngineParts
  extends AcceptDeps,
    SizeDeps,
    PlanDeps,
    AggregateDeps,
    DeadSliceDeps,
    SettleDeps,
    Omit<WorkLoopDeps, 'onSettled' | 'onBegin'> {
  readonly requests: EmbeddedRequestStore;
  readonly pops: EmbeddedPopStore;
  readonly blobs: FileBlobStore;
  readonly lists: UploadedLists;
  /** Days that a request is kept after its end. */
  readonly retentionDays: number;
  readonly ledger: EmbeddedSliceLedger;
  readonly queue: EmbeddedTaskQueue;
  readonly deadlines: EmbeddedDeadlines;
  readonly fleet: EmbeddedFleet;
  readonly store: Store;
  /** Ends the attempts to notify. */
  readonly giveUpNotifying: () => void;
  /** Closes what was opened here, the store last. */
  readonly close: () => Promise<void>;
}

/** Opens the data directory and puts the adapters together. */
export async function openParts(options: EngineOptions): Promise<EngineParts> {
  const { log, clock = systemClock, addressPolicy, edgePort, ca } = options;
  const limits = { ...DEFAULT_ENGINE_LIMITS, ...options.limits };
  const { store, headers, blobsDir, tmpDir, dropped, readableByOthers } = await openDataDir(options.dataDir);
  const ended = new AbortController();
  const wasKilled = store.has(keys.open);
  await store.commit([put(keys.open, true)]);

  const requests = new EmbeddedRequestStore(store, clock, headers);
  const pops = new EmbeddedPopStore(store);
  const ledger = new EmbeddedSliceLedger(store, clock);
  const fleet = new EmbeddedFleet(store);
  function slots(): number {
    return fleet.slots(limits.slicesPerInstance, limits.maxSlicesInFlight);
  }
  const queue = await EmbeddedTaskQueue.open(store, clock, {
    ...limits,
    // However long the slices of a slow request or a slow PoP take: one slot is left for whatever request comes next, and
    // one for the other PoPs of the same request.
    maxPerRequest: () => Math.max(1, slots() - 1),
    maxPerLane: () => Math.max(1, slots() - 2),
  });
  const deadlines = await EmbeddedDeadlines.open(store, clock, log);
  const blobs = new FileBlobStore({ blobsDir, tmpDir, linkTo: options.linkTo });
  await clearLeftovers({ requests, blobs, log, clock, dropped, dataDir: options.dataDir });
  const lists = await UploadedLists.open(blobs, clock, { maxTotalBytes: limits.maxListBytes });
  if (readableByOthers.length > 0)
    log.warn('state-readable-by-others', { paths: readableByOthers.slice(0, 10) });
  const notifier = new WebhookNotifier({
    addressPolicy,
    clock,
    log,
    ca,
    key: options.webhookKey,
    signal: ended.signal,
  });

  const { edges, keptOpen } = connectionBudget(limits.maxFetchesInFlight);
  const transport =
    options.transport ?? createTransport({ ...(ca !== undefined && { ca }), maxConnections: keptOpen });
  // Whoever was killed at work may be killed again.
  const pendingFetches = wasKilled ? pendingOf(await requests.unsettled()) : 0;
  const pool = openWarmPool({
    limits: withConcurrency(
      pendingFetches > 0 ? afterKill(DEFAULT_WARM_LIMITS, pendingFetches) : DEFAULT_WARM_LIMITS,
      edges,
    ),
    clock,
    transport,
    ca,
    edgePort,
    // A given transport cannot be handed to a thread.
    threads: options.transport === undefined ? options.threads : 1,
  });
  const resolver = guardedResolver(options.resolver ?? createResolver(), addressPolicy);
  const directory = options.directory ?? createPopDirectory();
  const expandSource =
    options.expandSource ?? createSourceExpander({ resolver, edgePort, ca, wording: options.wording });
  return {
    store,
    log,
    clock,
    requests,
    pops,
    ledger,
    journal: ledger,
    queue,
    deadlines,
    blobs,
    lists,
    retentionDays: options.retentionDays ?? DEFAULT_RETENTION_DAYS,
    fleet,
    notifier,
    transport,
    resolver,
    expandSource,
    invalidator: options.invalidator ?? noInvalidator,
    sizing: options.sizing ?? 'all',
    concurrency: limits.sizingConcurrency,
    bounds: { maxUrls: limits.maxUrlsPerSlice, maxBytes: limits.maxBytesPerSlice },
    visibilitySeconds: limits.visibilitySeconds,
    openSeenUrls: () => new DigestedUrls(),
    dedupe: (urls) => dedupe(urls, new DigestedUrls()),
    newId: () => requestId(randomUUID()),
    resolvePops: (domain, codes, signal) =>
      resolvePops(domain, codes, {
        resolver,
        ...(signal !== undefined && { signal }),
      }),
    workersFor: ({ instanceCount }: RequestSpec) =>
      Math.min(
        limits.maxSlicesInFlight / READY_SLICES,
        Math.max(1, instanceCount) * limits.slicesPerInstance,
      ) / SLICES_IN_TURN,
    slots,
    warm: options.warm ?? pool.warm,
    writeReport: (record) => writeReport({ pops, ledger, blobs, directory }, record),
    ...(edgePort !== undefined && { edgePort }),
    giveUpNotifying: () => ended.abort(),
    close: async () => {
      await notifier.close();
      await pool.close();
      if (options.transport === undefined) await transport.close();
      // A store that failed takes nothing more, and its process did not end well.
      await store.commit([del(keys.open)]).catch(() => {});
      await store.close();
    },
  };
}
