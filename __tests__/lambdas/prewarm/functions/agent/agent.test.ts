import { handoverInBlobs } from '../../../../../lambdas/prewarm/engine/flow/slice-handover';
import type { FetchOutcome } from '../../../../../lambdas/prewarm/engine/model/outcome';
import type { SliceResult } from '../../../../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally, mergeTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { Log } from '../../../../../lambdas/prewarm/engine/ports/log';
import type { Received } from '../../../../../lambdas/prewarm/engine/ports/task-queue';
import { Agent, type AgentDeps } from '../../../../../lambdas/prewarm/functions/agent/agent';
import { AgentQueue } from '../../../../../lambdas/prewarm/functions/agent/agent-queue';
import { ScaleInProtection } from '../../../../../lambdas/prewarm/functions/agent/scale-in-protection';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';
import { until } from '../../../../support/until';
import { MemoryBlobStore } from '../../engine/flow/memory-blob-store';
import { newId, sampleRequest, sampleSlice, tokyo } from '../../engine/ports/samples';

const WARMED: FetchOutcome = { kind: 'warmed', status: 200, bytes: 1, durationMs: 1 };
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };
const id = newId();

function delivery(deliveries = 1): Received {
  return {
    slice: sampleSlice(id, tokyo, 0),
    receipt: 'r',
    deliveries,
  };
}

/** A promise and what resolves it. */
function signalled() {
  let tell: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { told, tell: () => tell() };
}

/** An agent around one delivery, whose warming lasts until it is aborted or released. */
async function setUp(overrides: Partial<AgentDeps> = {}) {
  const record = { current: { ...sampleRequest(), id, status: 'IN-PROGRESS' as 'IN-PROGRESS' | 'STOPPED' } };
  const blobs = new MemoryBlobStore();
  await blobs.put(`${id}/success_urls.txt`, ['https://a.example/1\nhttps://a.example/2\n'.repeat(50)]);
  const calls: string[] = [];
  const deliveries = [delivery()];
  const recorded: SliceResult[] = [];
  let release: () => void = () => {};
  let started: () => void = () => {};
  const warming = new Promise<void>((resolve) => {
    started = resolve;
  });
  const agent = new Agent({
    requests: { get: async () => record.current },
    blobs,
    ledger: {
      isRecorded: async () => false,
      record: async (result) => {
        recorded.push(result);
        return 'recorded';
      },
    },
    queue: {
      receive: async (_max, waitSeconds, signal) => {
        const next = deliveries.shift();
        if (next === undefined) await systemClock.sleep(waitSeconds * 1000, signal);
        return next === undefined ? [] : [next];
      },
      extend: async (receipt, seconds) => void calls.push(`extend ${receipt} ${seconds}`),
      remove: async (receipts) => void calls.push(`remove ${receipts}`),
    },
    clock: systemClock,
    log: quiet,
    warm: ({ signal }) =>
      new Promise((resolve, reject) => {
        release = () => resolve(emptyTally());
        signal.addEventListener('abort', () => reject(signal.reason));
        started();
      }),
    slots: () => 1,
    visibilitySeconds: 60,
    watchEveryMs: 5,
    graceMs: 20,
    ...overrides,
  });
  return { agent, blobs, calls, deliveries, recorded, record, warming, release: () => release() };
}

describe('the agent', () => {
  it('hands an unfinished slice back when it is told to stop', async () => {
    const { agent, calls, recorded, warming } = await setUp();
    const run = agent.run();
    await warming;
    agent.stop('SIGTERM');
    await run;
    expect(calls).toEqual(['extend r 0']);
    expect(recorded).toEqual([]);
  });

  it('hands back what it has done of a slice, and the next one goes on from there', async () => {
    const handover = handoverInBlobs(new MemoryBlobStore());
    /** Does the next 30 fetches of 100, then hangs until it is aborted. */
    async function agentThatIsInterrupted() {
      const hanging = signalled();
      const parts = await setUp({
        handover,
        graceMs: 0,
        warm: ({ resume, signal }, { progress }) =>
          new Promise((resolve, reject) => {
            const tally = emptyTally();
            if (resume) mergeTally(tally, resume.tally);
            for (let left = 30; left > 0 && tally.fetches < 100; left -= 1) {
              progress?.add(tally.fetches, WARMED);
              addOutcome(tally, WARMED);
            }
            if (tally.fetches === 100) resolve(tally);
            signal.addEventListener('abort', () => reject(signal.reason));
            hanging.tell();
          }),
      });
      const run = parts.agent.run();
      await hanging.told;
      if ((await handover.load(slice))?.done.length === 90) await until(() => parts.recorded.length > 0);
      parts.agent.stop('spot-notice');
      await run;
      return parts;
    }
    const { slice } = delivery();
    for (const done of [30, 60, 90]) {
      const { calls, recorded } = await agentThatIsInterrupted();
      expect([calls, recorded]).toEqual([['extend r 0'], []]);
      expect((await handover.load(slice))?.done).toHaveLength(done);
    }
    const { recorded } = await agentThatIsInterrupted();
    expect(recorded).toMatchObject([{ tally: { fetches: 100, outcomes: { warmed: 100 } } }]);
  });

  it('records what another one handed back of a request that was stopped meanwhile', async () => {
    const handover = handoverInBlobs(new MemoryBlobStore());
    const { agent, calls, record, recorded } = await setUp({ handover });
    const tally = emptyTally();
    addOutcome(tally, WARMED);
    await handover.save(delivery().slice, { done: [0], tally, failures: [] });
    record.current = { ...record.current, status: 'STOPPED' };
    const run = agent.run();
    await until(() => calls.length > 0);
    agent.stop('SIGTERM');
    await run;
    expect(recorded).toMatchObject([{ tally: { fetches: 1 } }]);
    expect(calls).toEqual(['remove r']);
  });

  it('gives the slots of slices that stall to others, and no more than it has room for', async () => {
    const clock = { ...systemClock, now: systemClock.now, monotonicMs: () => nowMs };
    let nowMs = 0;
    const begun: string[] = [];
    const { agent, deliveries } = await setUp({
      clock,
      slots: () => 2,
      graceMs: 0,
      warm: ({ slice, signal }, sinks) => {
        begun.push(slice.id);
        sinks.onBegin(emptyTally());
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    deliveries.length = 0;
    for (let index = 0; index < 30; index += 1)
      deliveries.push({ slice: sampleSlice(id, tokyo, index), receipt: `r${index}`, deliveries: 1 });
    const run = agent.run();
    for (const busy of [2, 4, 6, 8, 10, 12, 14, 16, 16]) {
      await until(() => begun.length === busy);
      nowMs += 60_000;
    }
    agent.stop('SIGTERM');
    await run;
    expect(begun).toHaveLength(16);
  });

  it('stops by itself when the instance is about to be taken back', async () => {
    let interrupted = false;
    const { agent, calls, warming } = await setUp({ isInterrupted: async () => interrupted });
    const run = agent.run();
    await warming;
    interrupted = true;
    await run;
    expect(calls).toEqual(['extend r 0']);
  });

  it('goes on warming while nobody can say whether the instance is taken back', async () => {
    const { agent, recorded, warming, release } = await setUp({
      isInterrupted: () => Promise.reject(new Error('no route to host')),
      graceMs: 5_000,
    });
    const run = agent.run();
    await warming;
    agent.stop('SIGTERM');
    release();
    await run;
    expect(recorded).toHaveLength(1);
  });

  it('ends the warming of a slice whose request was stopped, and takes it off the queue', async () => {
    const { agent, calls, record, recorded, warming } = await setUp();
    const run = agent.run();
    await warming;
    record.current = { ...record.current, status: 'STOPPED' };
    await until(() => calls.length > 0);
    agent.stop('SIGTERM');
    await run;
    expect(calls).toEqual(['remove r']);
    expect(recorded).toEqual([]);
  });

  it('is protected from scale-in while it holds a slice, and not after', async () => {
    const set: boolean[] = [];
    const protection = new ScaleInProtection({
      set: async (isProtected) => void set.push(isProtected),
      log: quiet,
    });
    const { agent, warming } = await setUp({ protection });
    const run = agent.run();
    await warming;
    await until(() => set.includes(true));
    agent.stop('SIGTERM');
    await run;
    expect(set).toEqual([false, true, false]);
  });

  it('lifts the protection that a killed predecessor left, as soon as it is started', async () => {
    const predecessor = { isProtected: true };
    const protection = new ScaleInProtection({
      set: async (isProtected) => {
        predecessor.isProtected = isProtected;
      },
      log: quiet,
    });
    const { agent } = await setUp({ protection, slots: () => 0 });
    const run = agent.run();
    await until(() => !predecessor.isProtected);
    agent.stop('SIGTERM');
    await run;
  });
});

describe('protection from scale-in', () => {
  /** A group that takes calls once the instance is in service. */
  function setUpGroup() {
    const group = { isInService: false };
    const set: boolean[] = [];
    const warnings: unknown[] = [];
    const protection = new ScaleInProtection({
      set: async (isProtected) => {
        if (!group.isInService) throw new Error('the instance is not in InService');
        set.push(isProtected);
      },
      log: { ...quiet, warn: (_event, fields) => void warnings.push(fields) },
    });
    return { protection, group, set, warnings };
  }

  it('is set at the first look whatever it is, and then only where it changes', async () => {
    const { protection, group, set } = setUpGroup();
    group.isInService = true;
    for (const isBusy of [false, false, true, true, false]) await protection.follow(isBusy);
    expect(set).toEqual([false, true, false]);
  });

  it('is tried at every look until the group takes it, with one warning', async () => {
    const { protection, group, set, warnings } = setUpGroup();
    for (const isBusy of [false, false, true]) await protection.follow(isBusy);
    expect(warnings).toEqual([{ wanted: false, error: 'Error: the instance is not in InService' }]);
    group.isInService = true;
    await protection.follow(true);
    await protection.follow(true);
    expect(set).toEqual([true]);
  });

  it('warns again where it fails after it worked', async () => {
    const { protection, group, warnings } = setUpGroup();
    await protection.follow(false);
    group.isInService = true;
    await protection.follow(false);
    group.isInService = false;
    await protection.follow(true);
    expect(warnings).toHaveLength(2);
  });
});

describe('the queue of an agent', () => {
  function open(received: readonly Received[] | Error, giveUp = async (): Promise<void> => {}) {
    const removed: string[] = [];
    const broken: unknown[] = [];
    const queue = new AgentQueue(
      {
        receive: async () => {
          if (received instanceof Error) throw received;
          return received;
        },
        extend: async () => {},
        remove: async (receipts) => void removed.push(...receipts),
      },
      { maxDeliveries: 2, giveUp, maxFailures: 3, onBroken: (cause) => void broken.push(cause), log: quiet },
    );
    return { queue, removed, broken };
  }

  it('gives up a slice that was delivered too often, and hands on the others', async () => {
    const given: unknown[] = [];
    const { queue, removed } = open([delivery(2), delivery(3)], async () => void given.push('given'));
    expect(await queue.receive(10, 0)).toEqual([delivery(2)]);
    expect(given).toEqual(['given']);
    expect(removed).toEqual(['r']);
  });

  it('leaves a slice that cannot be given up to the dead letters', async () => {
    const { queue, removed } = open([delivery(3)], () => Promise.reject(new Error('no table')));
    expect(await queue.receive(10, 0)).toEqual([]);
    expect(removed).toEqual([]);
  });

  it('tells that this process is broken after failures in a row', async () => {
    const { queue, broken } = open(new Error('no credentials'));
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(queue.receive(1, 0)).rejects.toThrow();
    expect(broken).toEqual([new Error('no credentials')]);
  });
});
