import type { RequestId } from '../../engine/model/ids';
import type { PopRecord } from '../../engine/model/request';
import type { PopStore } from '../../engine/ports/pop-store';
import { keys } from './keys';
import { put, type Store } from './store';

export class EmbeddedPopStore implements PopStore {
  constructor(private readonly store: Store) {}

  async putAll(pops: readonly PopRecord[]): Promise<void> {
    const missing = pops.filter(({ requestId, pop }) => !this.store.has(keys.pop(requestId, pop)));
    await this.store.commit(missing.map((record) => put(keys.pop(record.requestId, record.pop), record)));
  }

  async all(id: RequestId): Promise<readonly PopRecord[]> {
    const pops: PopRecord[] = [];
    for await (const [, record] of this.store.entries<PopRecord>(keys.pops(id))) pops.push(record);
    return pops;
  }

  removeAll(id: RequestId): Promise<void> {
    return this.store.removeBelow(keys.pops(id));
  }
}
