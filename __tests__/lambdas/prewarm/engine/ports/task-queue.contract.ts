import type { Received, TaskQueue } from '../../../../../lambdas/prewarm/engine/ports/task-queue';
import { frankfurt, type Made, newId, sampleSlice, tokyo } from './samples';

export interface TaskQueueFixture {
  readonly queue: TaskQueue;
  /** Deliveries after which a slice becomes a dead letter. */
  readonly maxDeliveries: number;
}

/** What every TaskQueue does; each test begins with an empty one. */
export function describeTaskQueueContract(makeAdapter: () => Promise<Made<TaskQueueFixture>>): void {
  describe('the task queue', () => {
    let made: Made<TaskQueueFixture>;
    let queue: TaskQueue;

    beforeEach(async () => {
      made = await makeAdapter();
      queue = made.port.queue;
    });
    afterEach(() => made.close());

    /** Receives until so many came or none comes any more. */
    async function receiveAll(count: number): Promise<Received[]> {
      const all: Received[] = [];
      while (all.length < count) {
        const some = await queue.receive(10, 1);
        if (some.length === 0) break;
        all.push(...some);
      }
      return all;
    }

    it('delivers every slice that was sent, whole, and nothing after it was removed', async () => {
      const id = newId();
      const slices = Array.from({ length: 25 }, (_, index) =>
        sampleSlice(id, index % 2 ? tokyo : frankfurt, index),
      );
      await queue.send(slices);
      const received = await receiveAll(25);
      function byId(a: { readonly id: string }, b: { readonly id: string }): number {
        return a.id.localeCompare(b.id);
      }
      expect(received.map(({ slice }) => slice).sort(byId)).toEqual([...slices].sort(byId));
      expect(received.every(({ deliveries }) => deliveries === 1)).toBe(true);
      expect(await queue.depth()).toMatchObject({ available: 0, inFlight: 25 });
      await queue.remove(received.map(({ receipt }) => receipt));
      expect(await queue.receive(10, 0)).toEqual([]);
      expect(await queue.depth()).toMatchObject({ available: 0, inFlight: 0 });
    });

    it('answers nothing when nothing comes, and at once when it is told to give up', async () => {
      expect(await queue.receive(10, 0)).toEqual([]);
      const giveUp = new AbortController();
      const waiting = queue.receive(10, 20, giveUp.signal);
      giveUp.abort();
      expect(await waiting).toEqual([]);
    });

    it('answers a waiting receiver when a slice comes', async () => {
      const waiting = queue.receive(10, 10);
      await queue.send([sampleSlice(newId(), tokyo, 0)]);
      expect(await waiting).toHaveLength(1);
    });

    it('hides what is delivered, and shows it again when handed back, with its deliveries counted', async () => {
      await queue.send([sampleSlice(newId(), tokyo, 0)]);
      const [first] = await receiveAll(1);
      expect(await queue.receive(10, 0)).toEqual([]);
      await queue.extend(first?.receipt ?? '', 0);
      const [second] = await receiveAll(1);
      expect(second?.slice).toEqual(first?.slice);
      expect(second?.deliveries).toBe(2);
    });

    it('gives a slice up after its last delivery', async () => {
      await queue.send([sampleSlice(newId(), tokyo, 0)]);
      for (let delivery = 1; delivery <= made.port.maxDeliveries; delivery += 1) {
        const [received] = await receiveAll(1);
        expect(received?.deliveries).toBe(delivery);
        await queue.extend(received?.receipt ?? '', 0);
      }
      expect(await queue.receive(10, 1)).toEqual([]);
    });

    it('delivers no more at once than was asked for', async () => {
      const id = newId();
      await queue.send(Array.from({ length: 5 }, (_, index) => sampleSlice(id, tokyo, index)));
      for (const max of [1, 2]) {
        const { length } = await queue.receive(max, 1);
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(max);
      }
    });

    it('takes unknown receipts calmly', async () => {
      await queue.remove(['nothing of this name']);
    });

    it('keeps the other slices when one is removed', async () => {
      const id = newId();
      await queue.send([sampleSlice(id, tokyo, 0), sampleSlice(id, tokyo, 1)]);
      const received = await receiveAll(2);
      const kept = received.find(({ slice }) => slice.segment.index === 1);
      await queue.remove(received.filter((one) => one !== kept).map(({ receipt }) => receipt));
      await queue.extend(kept?.receipt ?? '', 0);
      expect((await receiveAll(1)).map(({ slice }) => slice.segment.index)).toEqual([1]);
    });
  });
}
