import {
  InvalidPageToken,
  type RequestStore,
} from '../../../../../lambdas/prewarm/engine/ports/request-store';
import { type Made, newId, sampleRequest } from './samples';

/** What every RequestStore does. */
export function describeRequestStoreContract(makeAdapter: () => Promise<Made<RequestStore>>): void {
  describe('the request store', () => {
    let made: Made<RequestStore>;
    let store: RequestStore;

    beforeAll(async () => {
      made = await makeAdapter();
      store = made.port;
    });
    afterAll(() => made.close());

    it('gives back what was created, every field of it', async () => {
      const record = sampleRequest();
      expect(await store.create(record)).toEqual({ created: true, id: record.id });
      expect(await store.get(record.id)).toEqual(record);
    });

    it('knows nothing of an unknown request', async () => {
      expect(await store.get(newId())).toBeUndefined();
      expect(await store.advance(newId(), 'STOPPED')).toBe('refused');
      expect(await store.patch(newId(), 'CREATED', { cursor: 'x' })).toBe('refused');
    });

    it('creates once per id, also when asked at the same time', async () => {
      const record = sampleRequest();
      const answers = await Promise.all([
        store.create(record),
        store.create({ ...record, acceptedUrlCount: 99 }),
      ]);
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
      expect((await store.create(record)).created).toBe(false);
    });

    it('answers the first request for a known idempotency key and stores no second', async () => {
      const first = sampleRequest();
      const key = `key ${first.id}`;
      function withKey(record: typeof first) {
        return {
          ...record,
          spec: { ...record.spec, idempotencyKey: key },
        };
      }
      const second = sampleRequest();
      const answers = await Promise.all([store.create(withKey(first)), store.create(withKey(second))]);
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      const loser = answers[0]?.id === first.id ? second.id : first.id;
      expect(await store.get(loser)).toBeUndefined();
    });

    it('moves the status only forward, and sets fields in the same write', async () => {
      const record = sampleRequest({ cursor: 'sizing' });
      await store.create(record);
      expect(await store.advance(record.id, 'CHECK_POP', { urlBytes: 7, message: 'sized' })).toBe('advanced');
      const sized = await store.get(record.id);
      expect(sized).toMatchObject({ status: 'CHECK_POP', urlBytes: 7, message: 'sized' });
      expect(sized?.cursor).toBeUndefined();
      expect(await store.advance(record.id, 'CREATED')).toBe('refused');
      expect(await store.advance(record.id, 'IN-PROGRESS', { urlBytes: 8 })).toBe('refused');
      expect((await store.get(record.id))?.urlBytes).toBe(7);
      expect(await store.advance(record.id, 'STOPPED', { stopReason: 'asked' })).toBe('advanced');
      expect(await store.advance(record.id, 'FINISHED')).toBe('refused');
    });

    it('keeps a cursor that the move itself sets', async () => {
      const record = sampleRequest({ cursor: 'old' });
      await store.create(record);
      await store.advance(record.id, 'CHECK_POP', { cursor: 'new' });
      expect((await store.get(record.id))?.cursor).toBe('new');
    });

    it('lets one of two movers win', async () => {
      const record = sampleRequest();
      await store.create(record);
      const answers = await Promise.all([
        store.advance(record.id, 'FINISHED'),
        store.advance(record.id, 'STOPPED'),
      ]);
      expect(answers.filter((answer) => answer === 'advanced')).toHaveLength(1);
    });

    it('sets fields only while the status is the expected one', async () => {
      const record = sampleRequest();
      await store.create(record);
      const totals = { urlCount: 1, popCount: 2, sliceCount: 2, fetchCount: 4 };
      expect(await store.patch(record.id, 'CREATED', { cursor: 'a', totals })).toBe('patched');
      expect(await store.patch(record.id, 'CHECK_POP', { cursor: 'b' })).toBe('refused');
      expect(await store.get(record.id)).toMatchObject({ cursor: 'a', totals, status: 'CREATED' });
    });

    it('lists page by page, newest first', async () => {
      const base = Date.now() + 10_000_000;
      const records = [0, 1, 2, 3, 4].map((age) => sampleRequest({ createdAt: base + age }));
      for (const record of records) await store.create(record);
      const first = await store.list({ limit: 2 });
      const second = await store.list({ limit: 2, ...(first.next !== undefined && { after: first.next }) });
      expect([...first.items, ...second.items].map(({ createdAt }) => createdAt - base)).toEqual([
        4, 3, 2, 1,
      ]);
    });

    it('refuses a token that no page ended with', async () => {
      await expect(store.list({ limit: 2, after: 'zzz' })).rejects.toThrow(InvalidPageToken);
    });

    it('counts those as active that are not final', async () => {
      const running = sampleRequest();
      const ended = sampleRequest();
      await store.create(running);
      await store.create(ended);
      await store.advance(ended.id, 'FINISHED');
      const ids = (await store.active()).map(({ id }) => id);
      expect(ids).toContain(running.id);
      expect(ids).not.toContain(ended.id);
    });
  });
}
