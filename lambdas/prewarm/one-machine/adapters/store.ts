import { parseJson } from '../../../errors/json-fault';
import { WarmpathError } from '../../../errors/warmpath-error';

/** The part of an abstract-level database that the store uses: `classic-level` on disk, `memory-level` in tests. */
export interface KeyValueDb {
  getSync(key: string): string | undefined;
  batch(operations: WriteOperation[], options: { sync?: boolean }): Promise<void>;
  iterator(range: KeyRange): { all(): Promise<[string, string][]> };
  close(): Promise<void>;
}

export type WriteOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

export interface KeyRange {
  readonly gt?: string;
  readonly lt?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export function put(key: string, value: unknown): WriteOperation {
  return {
    type: 'put',
    key,
    value: JSON.stringify(value),
  };
}

export function del(key: string): WriteOperation {
  return { type: 'del', key };
}

/** A write failed, so what is in memory and what is on disk may differ: nothing is written any more. */
export class StoreFailed extends WarmpathError {
  override readonly name = 'StoreFailed';
  constructor(cause: unknown) {
    super(
      'STORE_FAILED',
      `the store could not be written (${cause}); free space or repair the disk, then start again`,
      {
        cause,
      },
    );
  }
}

interface Batch {
  readonly writes: Map<string, WriteOperation>;
  sync: boolean;
  readonly written: Promise<void>;
  readonly settle: (error?: unknown) => void;
}

function newBatch(): Batch {
  let settle: Batch['settle'] = () => {};
  const written = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  written.catch(() => {});
  return { writes: new Map(), sync: false, written, settle };
}

const PAGE = 500;

/**
 * Group commit over a key-value database. A step reads, decides and commits in one synchronous section, so no other
 * step comes between; everything committed in one tick, and while a write is underway, goes to disk as one atomic
 * batch. Reads see committed values before they are on disk; `commit` resolves when they are.
 *
 * A write is in the operating system's hands when it resolves, so a killed process loses nothing. A power failure may
 * lose the last writes, always a whole tail of them: slices are then warmed again and counted from an older, consistent
 * state. Writes that a client was promised (a request accepted, a status changed) ask for `sync` and survive that too.
 */
export class Store {
  private open: Batch | undefined;
  private writing: Batch | undefined;
  private failure: StoreFailed | undefined;
  private failed: (failure: StoreFailed) => void = () => {};
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly db: KeyValueDb) {}

  get<T>(key: string): T | undefined {
    const write = this.open?.writes.get(key) ?? this.writing?.writes.get(key);
    if (write !== undefined) return write.type === 'put' ? parseJson(write.value) : undefined;
    const value = this.db.getSync(key);
    return value === undefined ? undefined : parseJson(value);
  }

  has(key: string): boolean {
    const write = this.open?.writes.get(key) ?? this.writing?.writes.get(key);
    return write === undefined ? this.db.getSync(key) !== undefined : write.type === 'put';
  }

  /** All of these operations or none; resolves when they are written. */
  commit(operations: readonly WriteOperation[], sync = false): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.open === undefined) {
      this.open = newBatch();
      if (this.writing === undefined) this.loop = this.writeAll();
    }
    for (const operation of operations) this.open.writes.set(operation.key, operation);
    this.open.sync ||= sync;
    return this.open.written;
  }

  /** Calls `failed` once, when a write has failed. */
  onFailure(failed: (failure: StoreFailed) => void): void {
    this.failed = failed;
  }

  /** Written entries of a range, a page at a time; commits that are not written yet are not among them. */
  async page(range: KeyRange): Promise<[string, string][]> {
    return this.db.iterator(range).all();
  }

  /** Written entries whose key begins with `prefix`, in order. */
  async *entries<T>(prefix: string): AsyncGenerator<readonly [key: string, value: T]> {
    let gt = prefix;
    for (;;) {
      const page = await this.page({ gt, lt: `${prefix}\uffff`, limit: PAGE });
      for (const [key, value] of page) yield [key, parseJson(value)];
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      gt = last[0];
    }
  }

  /** Removes every written entry whose key begins with `prefix`, a page at a time. */
  async removeBelow(prefix: string): Promise<void> {
    for (;;) {
      const page = await this.page({ gt: prefix, lt: `${prefix}\uffff`, limit: PAGE });
      if (page.length > 0) await this.commit(page.map(([key]) => del(key)));
      if (page.length < PAGE) return;
    }
  }

  /** Waits for what is committed, then closes the database. */
  async close(): Promise<void> {
    await this.loop;
    await this.db.close();
  }

  private async writeAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (let batch = this.takeOpen(); batch !== undefined; batch = this.takeOpen()) {
      this.writing = batch;
      try {
        await this.db.batch([...batch.writes.values()], { sync: batch.sync });
        this.writing = undefined;
        batch.settle();
      } catch (error) {
        this.failure = new StoreFailed(error);
        this.writing = undefined;
        batch.settle(this.failure);
        this.takeOpen()?.settle(this.failure);
        this.failed(this.failure);
      }
    }
  }

  private takeOpen(): Batch | undefined {
    const batch = this.open;
    this.open = undefined;
    return batch;
  }
}
