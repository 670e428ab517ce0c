import type { RequestId } from '../../engine/model/ids';
import type { Clock } from '../../engine/ports/clock';
import type { Deadlines } from '../../engine/ports/deadlines';
import type { Log } from '../../engine/ports/log';
import { keys } from './keys';
import { del, put, type Store } from './store';

const LONGEST_SLEEP_MS = 3_600_000;
const RETRY_MS = 1_000;

/** Deadlines in the store; one timer waits for the next. Those that passed while nothing ran fire at once. */
export class EmbeddedDeadlines implements Deadlines {
  private readonly due = new Map<RequestId, number>();
  private readonly closed = new AbortController();
  private nap = new AbortController();
  private running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  static async open(store: Store, clock: Clock, log: Log): Promise<EmbeddedDeadlines> {
    const deadlines = new EmbeddedDeadlines(store, clock, log);
    for await (const [key, at] of store.entries<number>(keys.deadlines))
      deadlines.due.set(key.slice(keys.deadlines.length) as RequestId, at);
    return deadlines;
  }

  /** Begins to fire; a deadline is removed once `onDue` has resolved for it. */
  start(onDue: (id: RequestId) => Promise<unknown>): void {
    this.running = this.run(onDue);
  }

  async schedule(id: RequestId, at: number): Promise<void> {
    this.due.set(id, at);
    await this.store.commit([put(keys.deadline(id), at)]);
    this.nap.abort();
  }

  async cancel(id: RequestId): Promise<void> {
    if (!this.due.delete(id)) return;
    await this.store.commit([del(keys.deadline(id))]);
  }

  async close(): Promise<void> {
    this.closed.abort();
    this.nap.abort();
    await this.running;
  }

  private async run(onDue: (id: RequestId) => Promise<unknown>): Promise<void> {
    while (!this.closed.signal.aborted) {
      this.nap = new AbortController();
      const now = this.clock.now();
      let next = now + LONGEST_SLEEP_MS;
      for (const [id, at] of this.due) {
        if (at > now) {
          next = Math.min(next, at);
          continue;
        }
        try {
          await onDue(id);
          await this.cancel(id);
        } catch (error) {
          this.log.error('deadline-failed', { requestId: id, error: String(error) });
          next = Math.min(next, now + RETRY_MS);
        }
      }
      if (!this.closed.signal.aborted)
        await this.clock.sleep(Math.max(1, next - this.clock.now()), this.nap.signal);
    }
  }
}
