import { MemoryLevel } from 'memory-level';
import { guardedResolver } from '../../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { acceptRequest } from '../../../../../lambdas/prewarm/engine/flow/accept';
import type { WarmSlice } from '../../../../../lambdas/prewarm/engine/flow/work';
import {
  type PopCode,
  popCode,
  type RequestId,
  requestId,
} from '../../../../../lambdas/prewarm/engine/model/ids';
import type { FetchOutcome } from '../../../../../lambdas/prewarm/engine/model/outcome';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import { addOutcome, emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { Clock } from '../../../../../lambdas/prewarm/engine/ports/clock';
import type { ExpandedUrls } from '../../../../../lambdas/prewarm/engine/ports/expand-source';
import type { Log } from '../../../../../lambdas/prewarm/engine/ports/log';
import type { Transport } from '../../../../../lambdas/prewarm/engine/ports/transport';
import { EmbeddedDeadlines } from '../../../../../lambdas/prewarm/one-machine/adapters/deadlines';
import { EmbeddedFleet } from '../../../../../lambdas/prewarm/one-machine/adapters/fleet';
import { HeaderSeal } from '../../../../../lambdas/prewarm/one-machine/adapters/header-seal';
import { noInvalidator } from '../../../../../lambdas/prewarm/one-machine/adapters/invalidator';
import { EmbeddedPopStore } from '../../../../../lambdas/prewarm/one-machine/adapters/pop-store';
import { EmbeddedRequestStore } from '../../../../../lambdas/prewarm/one-machine/adapters/request-store';
import { EmbeddedSliceLedger } from '../../../../../lambdas/prewarm/one-machine/adapters/slice-ledger';
import {
  type KeyValueDb,
  Store,
  StoreFailed,
} from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import { EmbeddedTaskQueue } from '../../../../../lambdas/prewarm/one-machine/adapters/task-queue';
import { DigestedUrls } from '../../../../../lambdas/prewarm/runtime/seen-urls';
import { plainSpec } from '../../support/request-spec';
import { MemoryBlobStore } from './memory-blob-store';

/** Returns a generator of numbers in [0, 1) that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A process that has died makes no more calls. */
class Crash extends Error {
  override readonly name = 'Crash';
}

/** Whether something failed because its process has died. */
export function isCrash(error: unknown): boolean {
  return error instanceof Crash || (error instanceof StoreFailed && error.cause instanceof Crash);
}

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Time that moves when told; whoever sleeps wakes when aborted, or when time has passed over it. */
export class HandClock implements Clock {
  private nowMs = 1_700_000_000_000;
  private readonly sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  constructor(readonly random: () => number) {}

  now(): number {
    return this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const sleeper of this.sleepers) if (sleeper.until <= this.nowMs) sleeper.wake();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = {
        until: this.nowMs + ms,
        wake: () => {
          this.sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }
}

/** Calls `fault` before and after each call of each method; a throw of it stands for a crash at that point. */
function faulty<T extends object>(target: T, fault: () => Promise<void>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(object);
      if (
        name === 'read' ||
        name === 'uncounted' ||
        name === 'results' ||
        name === 'list' ||
        name === 'deadLetters'
      )
        return call;
      return async (...args: unknown[]) => {
        await fault();
        const result: unknown = await call(...args);
        await fault();
        return result;
      };
    },
  });
}

function outcomeOf(url: string): FetchOutcome {
  return {
    kind: url.endsWith('7') ? 'http-error' : 'warmed',
    status: url.endsWith('7') ? 404 : 200,
    bytes: 10,
    durationMs: 5,
  };
}

function pretending(outcomeFor: (url: string) => FetchOutcome): WarmSlice {
  return async ({ slice, spec, lines }, { onFailure }) => {
    const tally = emptyTally();
    for await (const urls of lines)
      for (const url of urls)
        for (const encoding of spec.encodings) {
          const outcome = outcomeFor(url);
          addOutcome(tally, outcome);
          if (outcome.kind === 'http-error')
            onFailure({ pop: slice.pop, url, encoding, outcome, attempts: 1 });
        }
    return tally;
  };
}

/** Warms nothing; what comes of a URL depends on its last digit alone. */
export const pretendedWarm = pretending(outcomeOf);

/** Another outcome each time, so that two deliveries of one slice list different failures. */
export function fickleWarm(random: () => number): WarmSlice {
  return pretending(() => outcomeOf(random() < 0.5 ? '7' : '1'));
}

function transportOf(sizeBytes: () => number): Transport {
  return {
    fetch: async () => ({
      kind: 'answer',
      status: 200,
      headers: { 'content-length': String(sizeBytes()) },
      bytes: 0,
      firstByteMs: 1,
      durationMs: 1,
    }),
    close: async () => {},
  };
}

export const usablePops = ['FRA56-P4', 'NRT57-P3', 'SFO53-P2'].map(popCode);
export const lostPop = popCode('XXX50-P1');

export function specOf(fields: Partial<RequestSpec> = {}): RequestSpec {
  return plainSpec({
    pops: [...usablePops, lostPop],
    encodings: ['identity'],
    timeoutMinutes: 60,
    ...fields,
  });
}

/** What lies on disk, and the processes that come and go over it. */
export class World {
  readonly db = new MemoryLevel<string, string>({ storeEncoding: 'utf8' });
  readonly blobs = new MemoryBlobStore();
  readonly clock: HandClock;
  private ids = 0;

  constructor(readonly random: () => number) {
    this.clock = new HandClock(random);
  }

  /** Starts a process; `crashShare` of its port calls are its last. */
  async process(crashShare: number, maxDeliveries = 1_000) {
    let dead = false;
    const fault = async (): Promise<void> => {
      if (this.random() < 0.15) await new Promise((resolve) => setImmediate(resolve));
      if (!dead && this.random() < crashShare) dead = true;
      if (dead) throw new Crash();
    };
    const db = this.db;
    const diskOfProcess: KeyValueDb = {
      getSync: (key) => db.getSync(key),
      batch: async (operations) => {
        if (dead) throw new Crash();
        await db.batch(operations);
      },
      iterator: (range) => db.iterator(range),
      close: async () => {},
    };
    const store = new Store(diskOfProcess);
    const { clock } = this;
    const queue = await EmbeddedTaskQueue.open(store, clock, { visibilitySeconds: 60, maxDeliveries });
    const deadlines = await EmbeddedDeadlines.open(store, clock, quiet);
    const notified: string[] = [];
    return {
      isDead: () => dead,
      log: quiet,
      clock,
      requests: faulty(new EmbeddedRequestStore(store, clock, new HeaderSeal(Buffer.alloc(32))), fault),
      pops: faulty(new EmbeddedPopStore(store), fault),
      ledger: faulty(new EmbeddedSliceLedger(store, clock), fault),
      queue: faulty(queue, fault),
      blobs: faulty(this.blobs, fault),
      deadlines: faulty(deadlines, fault),
      fleet: new EmbeddedFleet(store),
      invalidator: noInvalidator,
      // An object may have another size each time it is asked for, so two runs of sizing cut differently.
      transport: transportOf(() => (crashShare === 0 ? 10 : Math.ceil(this.random() * 30))),
      resolver: guardedResolver(
        { resolve: async (name) => ({ kind: 'addresses', addresses: ['192.0.2.1'], canonicalName: name }) },
        'any',
      ),
      resolvePops: async (_: string, pops: readonly PopCode[]) =>
        pops.map((pop) =>
          pop === lostPop
            ? ({ kind: 'failed', pop, message: 'unknown name' } as const)
            : ({ kind: 'usable', pop, addresses: ['192.0.2.1'] } as const),
        ),
      expandSource: (): AsyncIterable<ExpandedUrls> => {
        throw new Error('no sources here');
      },
      notifier: {
        ended: async ({ id }: { readonly id: RequestId }) => {
          notified.push(id);
        },
      },
      notified,
      writeReport: async () => {},
      dedupe: async function* (urls: AsyncIterable<string>) {
        for await (const url of urls) yield [url];
      },
      openSeenUrls: () => new DigestedUrls(),
      newId: () => {
        this.ids += 1;
        return requestId(`request-${this.ids}`);
      },
      sizing: 'all' as const,
      concurrency: 4,
      bounds: { maxUrls: 4, maxBytes: 30 },
      workersFor: () => 4,
      warm: pretendedWarm,
      visibilitySeconds: 60,
    };
  }

  async accept(urls: readonly string[], fields: Partial<RequestSpec> = {}): Promise<RequestId> {
    const process = await this.process(0);
    async function* list() {
      yield* urls;
    }
    const { record } = await acceptRequest(process, specOf(fields), list());
    return record.id;
  }
}

export type Process = Awaited<ReturnType<World['process']>>;
