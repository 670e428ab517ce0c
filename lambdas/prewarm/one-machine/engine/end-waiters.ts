import type { RequestId } from '../../engine/model/ids';
import type { RequestRecord } from '../../engine/model/request';

interface Waiter {
  readonly resolve: (record: RequestRecord) => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait for the end of requests. */
export class EndWaiters {
  private readonly waiters = new Map<RequestId, Waiter[]>();

  wait(id: RequestId): Promise<RequestRecord> {
    return new Promise((resolve, reject) => {
      this.waiters.set(id, [...(this.waiters.get(id) ?? []), { resolve, reject }]);
    });
  }

  /** Nothing to tell without a record; whoever waited for that request is forgotten all the same. */
  ended(id: RequestId, record: RequestRecord | undefined): void {
    const waiters = this.waiters.get(id) ?? [];
    this.waiters.delete(id);
    if (record) for (const { resolve } of waiters) resolve(record);
  }

  /** None of the ends will come. */
  giveUp(error: Error): void {
    for (const { reject } of [...this.waiters.values()].flat()) reject(error);
    this.waiters.clear();
  }
}
