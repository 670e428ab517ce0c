import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WarmSlice } from '../../../../../lambdas/prewarm/engine/flow/work';
import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import { FileBlobStore } from '../../../../../lambdas/prewarm/one-machine/adapters/blob-store';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import type {
  EmbeddedEngine,
  EngineOptions,
} from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { UnknownRequest } from '../../../../../lambdas/prewarm/one-machine/engine/engine-errors';
import { until } from '../../../../support/until';
import { HandClock, pretendedWarm, specOf } from '../../engine/flow/world';
import { newId } from '../../engine/ports/samples';
import { listed, quietLog, removeDir, tempDir, urlsOf } from './engine-fixture';

const DOMAIN = 'd111111abcdef8.cloudfront.net';

function urls(count: number): AsyncIterable<string> {
  return listed(urlsOf(DOMAIN, count));
}

function spec(fields: Partial<RequestSpec> = {}): RequestSpec {
  return specOf({ pops: [popCode('FRA56-P4'), popCode('NRT57-P3')], ...fields });
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

/** A warm that waits at a gate. */
function gated() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const begun = new Set<string>();
  let firstBegan: () => void = () => {};
  const began = new Promise<void>((resolve) => {
    firstBegan = resolve;
  });
  const warm: WarmSlice = async (job, sinks) => {
    begun.add(`${job.slice.requestId} ${job.slice.id}`);
    firstBegan();
    await Promise.race([
      opened,
      new Promise((_, reject) => {
        job.signal.addEventListener('abort', () => reject(job.signal.reason), { once: true });
      }),
    ]);
    return pretendedWarm(job, sinks);
  };
  return { warm, open, began, begun };
}

describe('an embedded engine and its requests', () => {
  let dataDir: string;
  let engine: EmbeddedEngine | undefined;

  beforeEach(async () => {
    dataDir = await tempDir();
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    await removeDir(dataDir);
  });

  async function open(options: Partial<EngineOptions> = {}): Promise<EmbeddedEngine> {
    engine = await openEngine({
      dataDir,
      log: quietLog,
      addressPolicy: 'any',
      sizing: 'none',
      warm: pretendedWarm,
      resolver: {
        resolve: async (name) => ({ kind: 'addresses', addresses: ['127.0.0.1'], canonicalName: name }),
      },
      ...options,
    });
    return engine;
  }

  it('answers the same request for the same idempotency key and runs it once, also after a restart', async () => {
    const first = await open();
    const withKey = spec({ idempotencyKey: 'nightly' });
    const { id } = await first.submit(withKey, urls(10));
    expect((await first.submit(withKey, urls(10))).id).toBe(id);
    await first.waitForEnd(id);
    await first.close();
    const second = await open();
    expect((await second.submit(withKey, urls(10))).id).toBe(id);
    expect((await second.list({ limit: 10 })).items).toHaveLength(1);
    expect((await second.waitForEnd(id)).progress.fetches).toBe(20);
  });

  it('stores nothing of a list that breaks off', async () => {
    const running = await open();
    async function* broken(): AsyncGenerator<string> {
      yield `https://${DOMAIN}/a`;
      throw new Error('the upload broke off');
    }
    await expect(running.submit(spec(), broken())).rejects.toThrow('the upload broke off');
    expect((await running.list({ limit: 10 })).items).toEqual([]);
  });

  it('clears away the list of a request that a crash kept from being accepted', async () => {
    const first = await open();
    const list = `${newId()}/original_urls.txt`;
    await first.blobs.put(list, ['https://a.example/']);
    const { id } = await first.submit(spec(), urls(3));
    await first.waitForEnd(id);
    await first.close();
    const second = await open();
    expect(await second.blobs.exists(list)).toBe(false);
    expect(await second.blobs.exists(`${id}/report.json`)).toBe(true);
  });

  it('stops one request with what it has underway, and lets the other end', async () => {
    const gate = gated();
    const running = await open({ warm: gate.warm });
    const stopped = await running.submit(spec(), urls(200));
    await gate.began;
    expect(await running.stop(stopped.id, 'asked')).toBe(true);
    expect(await running.stop(stopped.id, 'asked')).toBe(false);
    const other = await running.submit(spec(), urls(20));
    gate.open();

    const end = await running.waitForEnd(stopped.id);
    expect(end).toMatchObject({ status: 'STOPPED', stopReason: 'asked', reported: true });
    expect(end.progress.fetches).toBe(0);
    expect(await running.waitForEnd(other.id)).toMatchObject({
      status: 'FINISHED',
      progress: { fetches: 40 },
    });
    expect(await running.blobs.exists(`${stopped.id}/report.json`)).toBe(true);
  });

  it('stops a request when its time runs out, whatever it waits for', async () => {
    const gate = gated();
    const clock = new HandClock(() => 0.5);
    const running = await open({ warm: gate.warm, clock });
    const { id } = await running.submit(spec({ timeoutMinutes: 10 }), urls(20));
    await gate.began;
    clock.advance(10 * 60_000);
    expect(await running.waitForEnd(id)).toMatchObject({ status: 'STOPPED', stopReason: 'deadline' });
  });

  it('keeps a deadline that passes while no process runs', async () => {
    const clock = new HandClock(() => 0.5);
    const first = await open({ warm: gated().warm, clock });
    const { id } = await first.submit(spec({ timeoutMinutes: 10 }), urls(20));
    await first.close();
    clock.advance(10 * 60_000);
    const second = await open({ warm: gated().warm, clock });
    expect(await second.waitForEnd(id)).toMatchObject({ status: 'STOPPED', stopReason: 'deadline' });
  });

  it('gives up a slice that no delivery can finish, and the request still ends with every fetch accounted for', async () => {
    const warm: WarmSlice = (job, sinks) => {
      if (job.slice.pop === 'FRA56-P4' && job.slice.segment.index === 0) throw new Error('poison');
      return pretendedWarm(job, sinks);
    };
    const running = await open({ warm, limits: { maxDeliveries: 2 } });
    const { id } = await running.submit(spec(), urls(20));
    const end = await running.waitForEnd(id);
    const poisoned = end.progress.outcomes.unreachable;
    expect(end).toMatchObject({ status: 'FINISHED', progress: { fetches: 40 } });
    expect(poisoned).toBeGreaterThan(0);
    expect(poisoned).toBeLessThan(20);
    expect(await running.queueDepth()).toEqual({ available: 0, inFlight: 0, dead: 0 });
    const csv = await textOf(running.blobs.read(`${id}/failed_pop_urls.csv`));
    expect(csv.match(/given up/g)).toHaveLength(poisoned);
  });

  it('lets a small request end while a large one has only begun', async () => {
    const gate = gated();
    let begunOfLarge = 0;
    let beforeSmallEnded = 0;
    // The large request gets through its first slices, and no further before those of the small one are in the queue.
    const warm: WarmSlice = (job, sinks) => {
      if (job.slice.requestId === large.id) begunOfLarge += 1;
      else beforeSmallEnded = begunOfLarge;
      return begunOfLarge > 100 ? gate.warm(job, sinks) : pretendedWarm(job, sinks);
    };
    const running = await open({ warm, limits: { maxUrlsPerSlice: 5 } });
    const large = await running.submit(spec(), urls(5_000));
    await gate.began;
    const small = await running.submit(spec(), urls(20));
    await until(async () => (await running.get(small.id))?.status === 'IN-PROGRESS');
    gate.open();
    await running.waitForEnd(small.id);
    // Of 2,000 slices, which were all in the queue before.
    expect(beforeSmallEnded).toBeLessThan(600);
    await running.stop(large.id, 'asked');
  });

  it('lets a healthy PoP end while another hangs, and leaves a slot for the next request through either', async () => {
    const [healthy, sick] = [popCode('FRA56-P4'), popCode('NRT57-P3')];
    const gate = gated();
    let left = 500;
    let tellHealthyEnded: () => void = () => {};
    const healthyEnded = new Promise<void>((resolve) => {
      tellHealthyEnded = resolve;
    });
    const warm: WarmSlice = (job, sinks) => {
      if (job.slice.pop === sick && job.slice.segment.index > 0) return gate.warm(job, sinks);
      if (job.slice.pop === healthy) left -= job.slice.segment.urlCount;
      if (left === 0) tellHealthyEnded();
      return pretendedWarm(job, sinks);
    };
    const running = await open({ warm, limits: { maxUrlsPerSlice: 5 } });
    const hung = await running.submit(spec({ pops: [healthy, sick] }), urls(500));
    await healthyEnded;
    const next = await running.submit(spec({ pops: [sick] }), urls(1));
    expect((await running.waitForEnd(next.id)).status).toBe('FINISHED');
    expect((await running.get(hung.id))?.status).toBe('IN-PROGRESS');
    gate.open();
    expect((await running.waitForEnd(hung.id)).progress.fetches).toBe(1_000);
  });

  it('pauses at capacity 0 and goes on when it changes', async () => {
    const gate = gated();
    const again = await open({ warm: gate.warm });
    const { id } = await again.submit(spec({ instanceCount: 3 }), urls(200));
    await gate.began;
    expect(await again.capacity()).toBe(3);
    await again.setCapacity(0);
    const begun = gate.begun.size;
    gate.open();
    await until(async () => (await again.queueDepth()).inFlight === 0);
    expect(gate.begun.size).toBeLessThanOrEqual(begun + 24);
    expect((await again.queueDepth()).available).toBeGreaterThan(0);
    expect((await again.get(id))?.status).toBe('IN-PROGRESS');
    await again.setCapacity(1);
    expect((await again.waitForEnd(id)).status).toBe('FINISHED');
  });

  it('stays paused for a request that asks for no instance, and goes on for one that asks for some', async () => {
    const running = await open();
    await running.setCapacity(0);
    const { id } = await running.submit(spec({ instanceCount: 0 }), urls(3));
    expect(running.isPaused()).toBe(true);
    await running.submit(spec({ instanceCount: 1 }), urls(3));
    expect(running.isPaused()).toBe(false);
    expect((await running.waitForEnd(id)).status).toBe('FINISHED');
  });

  it('keeps the capacity that an operator set while requests without instances come and any request ends', async () => {
    const running = await open();
    const asking = await running.submit(spec({ instanceCount: 2 }), urls(3));
    await running.setCapacity(5);
    await running.waitForEnd(asking.id);
    expect(await running.capacity()).toBe(5);
    await running.setCapacity(0);
    const { id } = await running.submit(spec({ instanceCount: 0 }), listed([]));
    await running.waitForEnd(id);
    expect(running.isPaused()).toBe(true);
    await running.setCapacity(4);
    await running.waitForEnd((await running.submit(spec({ instanceCount: 0 }), urls(3))).id);
    expect(await running.capacity()).toBe(4);
  });

  it('keeps the capacity that an operator set over a restart', async () => {
    const running = await open();
    await running.setCapacity(0);
    await running.close();
    const again = await open();
    expect(again.isPaused()).toBe(true);
    await again.submit(spec({ instanceCount: 2 }), urls(3));
    expect(await again.capacity()).toBe(2);
    await again.close();
    expect(await (await open()).capacity()).toBeLessThanOrEqual(2);
  });

  it('does not end a pause for a repeated idempotency key', async () => {
    const gate = gated();
    const running = await open({ warm: gate.warm });
    const withKey = spec({ idempotencyKey: 'nightly', instanceCount: 2 });
    await running.submit(withKey, urls(3));
    await gate.began;
    await running.setCapacity(0);
    await running.submit(withKey, urls(3));
    expect(running.isPaused()).toBe(true);
    await running.submit(spec({ instanceCount: 3 }), urls(3));
    expect(await running.capacity()).toBe(5);
  });

  it('warms nothing of a request that arrives after the pause, until the capacity changes', async () => {
    const gate = gated();
    gate.open();
    const running = await open({ warm: gate.warm });
    await running.setCapacity(0);
    const { id } = await running.submit(spec({ instanceCount: 0 }), urls(200));
    await until(async () => (await running.get(id))?.status === 'IN-PROGRESS');
    await until(async () => (await running.queueDepth()).inFlight === 0);
    expect(gate.begun.size).toBe(0);
    const { available } = await running.queueDepth();
    expect(available).toBe((await running.get(id))?.totals?.sliceCount);
    await running.setCapacity(1);
    expect((await running.waitForEnd(id)).progress.fetches).toBe(400);
  });

  it('lets running slices end when it drains, and goes on with the rest after a restart', async () => {
    const gate = gated();
    const first = await open({ warm: gate.warm });
    const { id } = await first.submit(spec(), urls(100));
    await gate.began;
    const waiting = expect(first.waitForEnd(id)).rejects.toThrow('closed before the request ended');
    const closing = first.close({ drain: true });
    gate.open();
    await closing;
    await waiting;
    const second = await open();
    const before = await second.get(id);
    expect(before?.progress.fetches).toBeGreaterThan(0);
    expect(await second.waitForEnd(id)).toMatchObject({ status: 'FINISHED', progress: { fetches: 200 } });
  });

  it('hands slices back at once when it closes without draining', async () => {
    const first = await open({ warm: gated().warm });
    const { id } = await first.submit(spec(), urls(100));
    await first.close();
    const second = await open();
    expect(await second.waitForEnd(id)).toMatchObject({ status: 'FINISHED', progress: { fetches: 200 } });
  });

  it('refuses to warm what it cannot invalidate first', async () => {
    const running = await open();
    const { id } = await running.submit(spec({ needInvalidate: true }), urls(5));
    const end = await running.waitForEnd(id);
    expect(end).toMatchObject({ status: 'STOPPED', stopReason: 'invalidation-refused' });
    expect(end.message).toContain('allowed here: false');
    expect(end.progress.fetches).toBe(0);
  });

  it('ends the waiting, and says so to whoever runs it, when the disk is full', async () => {
    const put = jest.spyOn(FileBlobStore.prototype, 'put');
    try {
      const running = await open();
      const { id } = await running.submit(spec({ sources: [] }), urls(5)).finally(() => {
        const full = { code: 'ENOSPC', syscall: 'write' };
        put.mockRejectedValue(Object.assign(new Error('ENOSPC: no space left on device, write'), full));
      });
      await expect(running.waitForEnd(id)).rejects.toThrow(/no space left.*free space/);
      expect(String(await running.broken)).toMatch(/no space left/);
      await expect(running.submit(spec(), urls(5))).rejects.toThrow(/no space left/);
    } finally {
      put.mockRestore();
    }
    await engine?.close();
    const again = await open();
    const [{ id } = { id: undefined }] = (await again.list({ limit: 1 })).items;
    expect(id === undefined ? undefined : (await again.waitForEnd(id)).progress.fetches).toBe(10);
  });

  it('says that an unknown request is unknown', async () => {
    const running = await open();
    await expect(running.waitForEnd('nobody' as never)).rejects.toThrow(UnknownRequest);
    expect(await running.stop('nobody' as never, 'asked')).toBe(false);
  });

  describe('with a webhook', () => {
    let server: Server;
    let bodies: string[];
    let failFirst = 0;

    beforeEach(async () => {
      bodies = [];
      async function read(request: IncomingMessage): Promise<string> {
        let text = '';
        for await (const chunk of request) text += chunk;
        return text;
      }
      server = createServer(async (request, response) => {
        bodies.push(await read(request));
        failFirst -= 1;
        response.writeHead(failFirst >= 0 ? 503 : 204).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    function notifyUrl(): string {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    }

    it('posts the end, and again where it was not taken', async () => {
      failFirst = 1;
      const running = await open();
      const { id } = await running.submit(spec({ notifyUrl: notifyUrl() }), urls(10));
      await running.waitForEnd(id);
      expect(bodies.map((body) => JSON.parse(body))).toEqual(
        Array(2).fill({ request_id: id, status: 'FINISHED', fetches: 20, warm: 18, failed: 2, bytes: 200 }),
      );
    });

    it('does not post to a private address unless the operator allows it', async () => {
      const running = await open({ addressPolicy: 'public' });
      const { id } = await running.submit(spec({ notifyUrl: notifyUrl() }), urls(3));
      expect((await running.waitForEnd(id)).status).toBe('FINISHED');
      expect(bodies).toEqual([]);
    });
  });
});
