import { parseJson } from '../../../errors/json-fault';
import { type RequestId, requestId } from '../../engine/model/ids';
import type { RequestRecord } from '../../engine/model/request';
import { isFinal, mayMove, type RequestStatus } from '../../engine/model/request-status';
import type { Clock } from '../../engine/ports/clock';
import {
  InvalidPageToken,
  type Page,
  type RequestPatch,
  type RequestStore,
} from '../../engine/ports/request-store';
import type { HeaderSeal } from './header-seal';
import { keys } from './keys';
import { del, put, type Store, type WriteOperation } from './store';

/** A request as it is stored: its headers are sealed, and gone once it has ended. */
interface StoredRequest extends RequestRecord {
  readonly sealedHeaders?: string;
}

/** Requests in the store; each write is one synchronous read-decide-commit. */
export class EmbeddedRequestStore implements RequestStore {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly headers: Pick<HeaderSeal, 'seal' | 'open'>,
  ) {}

  async create(record: RequestRecord): Promise<{ readonly created: boolean; readonly id: RequestId }> {
    const { id, spec } = record;
    const sameKey =
      spec.idempotencyKey === undefined
        ? undefined
        : this.store.get<RequestId>(keys.idempotency(spec.idempotencyKey));
    if (sameKey !== undefined) return { created: false, id: sameKey };
    if (this.store.has(keys.request(id))) return { created: false, id };
    const writes: WriteOperation[] = [
      put(keys.request(id), this.sealed(record)),
      put(keys.time(record.createdAt, id), id),
      put(keys.unsettled(id), id),
      put(keys.active(id), id),
    ];
    if (spec.idempotencyKey !== undefined) writes.push(put(keys.idempotency(spec.idempotencyKey), id));
    await this.store.commit(writes, true);
    return { created: true, id };
  }

  async get(id: RequestId): Promise<RequestRecord | undefined> {
    const stored = this.store.get<StoredRequest>(keys.request(id));
    return stored && this.opened(stored);
  }

  async advance(id: RequestId, to: RequestStatus, patch: RequestPatch = {}): Promise<'advanced' | 'refused'> {
    const record = this.store.get<StoredRequest>(keys.request(id));
    if (record === undefined || !mayMove(record.status, to)) return 'refused';
    const { cursor: _, sealedHeaders, ...kept } = record;
    const headers = sealedHeaders === undefined || isFinal(to) ? {} : { sealedHeaders };
    const after = { ...kept, ...headers, ...patch, status: to, updatedAt: this.clock.now() };
    const writes = [put(keys.request(id), after)];
    if (isFinal(to)) writes.push(del(keys.active(id)));
    await this.store.commit(writes, true);
    return 'advanced';
  }

  async patch(id: RequestId, expected: RequestStatus, patch: RequestPatch): Promise<'patched' | 'refused'> {
    const record = this.store.get<RequestRecord>(keys.request(id));
    if (record?.status !== expected) return 'refused';
    const writes = [put(keys.request(id), { ...record, ...patch, updatedAt: this.clock.now() })];
    if (patch.reported === true) writes.push(del(keys.unsettled(id)));
    await this.store.commit(writes);
    return 'patched';
  }

  async list({
    limit,
    after,
  }: {
    readonly limit: number;
    readonly after?: string;
  }): Promise<Page<RequestRecord>> {
    const lt = keys.times + (after ?? '\uffff');
    if (after !== undefined && !this.store.has(lt)) throw new InvalidPageToken();
    const page = await this.store.page({ gt: keys.times, lt, reverse: true, limit: limit + 1 });
    const shown = page.slice(0, limit);
    const items = await this.read(shown.map(([, id]) => parseJson(id)));
    const last = shown.at(-1);
    return page.length > limit && last !== undefined
      ? { items, next: last[0].slice(keys.times.length) }
      : { items };
  }

  async active(): Promise<readonly RequestRecord[]> {
    return this.read(await this.ids(keys.allActive));
  }

  /** Requests that are not final, or final without a report: what a restart takes up. */
  async unsettled(): Promise<readonly RequestRecord[]> {
    return this.read(await this.ids(keys.allUnsettled));
  }

  /** Requests that had ended, with their report written, before a moment in epoch milliseconds. */
  async *endedBefore(at: number): AsyncGenerator<RequestId> {
    for await (const [key, id] of this.store.entries<RequestId>(keys.times)) {
      if (key >= keys.time(at, requestId(''))) return;
      const record = this.store.get<StoredRequest>(keys.request(id));
      if (record?.reported === true && isFinal(record.status) && record.updatedAt < at) yield id;
    }
  }

  /** Removes the record of a request; its idempotency key may be used again. */
  async remove(id: RequestId): Promise<void> {
    const record = this.store.get<StoredRequest>(keys.request(id));
    if (record === undefined) return;
    const { createdAt, spec } = record;
    const writes = [del(keys.request(id)), del(keys.time(createdAt, id))];
    if (spec.idempotencyKey !== undefined) writes.push(del(keys.idempotency(spec.idempotencyKey)));
    await this.store.commit(writes, true);
  }

  private sealed(record: RequestRecord): StoredRequest {
    const { headers } = record.spec;
    if (headers.length === 0) return record;
    const sealedHeaders = this.headers.seal(record.id, headers);
    return { ...record, spec: { ...record.spec, headers: [] }, sealedHeaders };
  }

  private opened({ sealedHeaders, ...record }: StoredRequest): RequestRecord {
    if (sealedHeaders === undefined) return record;
    return { ...record, spec: { ...record.spec, headers: this.headers.open(record.id, sealedHeaders) } };
  }

  private async ids(prefix: string): Promise<RequestId[]> {
    const ids: RequestId[] = [];
    for await (const [, id] of this.store.entries<RequestId>(prefix)) ids.push(id);
    return ids;
  }

  private async read(ids: readonly RequestId[]): Promise<RequestRecord[]> {
    const records = await Promise.all(ids.map((id) => this.get(id)));
    return records.filter((record) => record !== undefined);
  }
}
