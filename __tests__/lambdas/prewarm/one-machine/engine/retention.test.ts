import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { listKey, newListId, uploadedList } from '../../../../../lambdas/prewarm/api/uploaded-list';
import { openDataDir } from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import type {
  EmbeddedEngine,
  EngineOptions,
} from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { until } from '../../../../support/until';
import { HandClock, pretendedWarm, randomFrom, specOf } from '../../engine/flow/world';
import { listed, quietLog, removeDir, tempDir, urlsOf } from './engine-fixture';

const DAY_MS = 86_400_000;
const DOMAIN = 'd111111abcdef8.cloudfront.net';

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('what one machine keeps', () => {
  let dataDir: string;
  let clock: HandClock;
  let engine: EmbeddedEngine;

  async function open(options: Partial<EngineOptions> = {}): Promise<void> {
    engine = await openEngine({
      dataDir,
      log: quietLog,
      addressPolicy: 'any',
      sizing: 'none',
      warm: pretendedWarm,
      clock,
      resolver: {
        resolve: async (name) => ({ kind: 'addresses', addresses: ['127.0.0.1'], canonicalName: name }),
      },
      ...options,
    });
  }

  function blobs(): Promise<string[]> {
    return readdir(join(dataDir, 'blobs'));
  }

  beforeEach(async () => {
    dataDir = await tempDir();
    clock = new HandClock(randomFrom(1));
  });
  afterEach(async () => {
    await engine.close();
    await removeDir(dataDir);
  });

  it('of a request is removed when its retention is over: rows, lists, reports, idempotency key', async () => {
    await open({ retentionDays: 7 });
    const spec = specOf({ idempotencyKey: 'nightly' });
    const { id } = await engine.submit(spec, listed(urlsOf(DOMAIN, 20)));
    await engine.waitForEnd(id);
    clock.advance(6 * DAY_MS);
    const recent = await engine.submit(specOf({}), listed(urlsOf(DOMAIN, 5)));
    await engine.waitForEnd(recent.id);
    expect(await blobs()).toContain(id);

    clock.advance(2 * DAY_MS);
    await until(async () => !(await blobs()).includes(id));
    expect(await engine.get(id)).toBeUndefined();
    expect((await engine.list({ limit: 10 })).items.map((item) => item.id)).toEqual([recent.id]);
    expect((await engine.submit(spec, listed(urlsOf(DOMAIN, 5)))).id).not.toBe(id);
    await engine.close();
    const { store } = await openDataDir(dataDir);
    const left = await store.page({});
    expect(left.map(([key]) => key).filter((key) => key.includes(id))).toEqual([]);
    await store.close();
  });

  it('of a request that has not ended stays, however old it is', async () => {
    await open({ retentionDays: 1 });
    await engine.setCapacity(0);
    const spec = specOf({ instanceCount: 0, timeoutMinutes: 60 * 24 * 10 });
    const { id } = await engine.submit(spec, listed(urlsOf(DOMAIN, 5)));
    const listId = newListId();
    await engine.lists.receive(listId, bytesOf('https://a.example/'));
    clock.advance(3 * DAY_MS);
    await until(async () => !(await engine.blobs.exists(listKey(listId))));
    expect(await engine.get(id)).toMatchObject({ id });
    expect(await engine.blobs.exists(`${id}/original_urls.txt`)).toBe(true);
  });

  it('of uploaded lists survives a restart and goes after a day', async () => {
    await open();
    const [old, fresh] = [newListId(), newListId()];
    for (const listId of [old, fresh]) await engine.lists.receive(listId, bytesOf('https://a.exa', 'mple/'));
    await engine.close();
    const nowSeconds = clock.now() / 1000;
    await utimes(join(dataDir, 'blobs', listKey(old)), nowSeconds - 90_000, nowSeconds - 90_000);
    await utimes(join(dataDir, 'blobs', listKey(fresh)), nowSeconds, nowSeconds);
    await open();
    await until(async () => !(await engine.blobs.exists(listKey(old))));
    const lines: string[] = [];
    for await (const line of uploadedList(engine.blobs, fresh)) lines.push(line);
    expect(lines).toEqual(['https://a.example/']);
  });

  it('of uploaded lists is bounded together; one that has no room is refused and leaves nothing', async () => {
    await open({ limits: { maxListBytes: 100 } });
    const first = newListId();
    await engine.lists.receive(first, bytesOf('x'.repeat(60)));
    // In place of itself, twice over: a list counts once.
    await engine.lists.receive(first, bytesOf('x'.repeat(40)));
    await engine.lists.receive(first, bytesOf('x'.repeat(60)));
    const second = newListId();
    await expect(engine.lists.receive(second, bytesOf('y'.repeat(30), 'y'.repeat(30)))).rejects.toMatchObject(
      {
        code: 'LISTS_FULL',
        httpStatus: 507,
        message: expect.stringMatching(/10000 lists of 100 bytes together, each for a day.*send it later/),
      },
    );
    expect(await engine.blobs.exists(listKey(second))).toBe(false);
    expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
    await engine.lists.receive(second, bytesOf('y'.repeat(40)));
    clock.advance(2 * DAY_MS);
    await until(async () => !(await engine.blobs.exists(listKey(second))));
    await engine.lists.receive(newListId(), bytesOf('z'.repeat(100)));
  });
});
