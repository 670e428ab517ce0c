import { setTimeout as sleep } from 'node:timers/promises';
import type { FollowOptions, RequestEvent, RequestEvents } from '../../api/request-events';
import type { PopCode, RequestId } from '../../engine/model/ids';
import type { PopRecord } from '../../engine/model/request';
import type { EmbeddedEngine } from '../engine/engine-api';
import { FollowedRequest, type Snapshot } from './followed-request';

/** Own choice: an eighth of the connections that clients get together. */
const MAX_FOLLOWERS = 64;
/** Requests whose course is kept while nobody follows them. */
const MAX_FOLLOWED = 64;
/** A proxy on the way takes a longer silence for a dead connection. */
const ALIVE_MS = 15_000;

/** Returns what a follower of a PoP was last told of it; another text means that there is something new. */
function stateOf({ status, message, progress }: PopRecord): string {
  return `${status} ${progress.fetches} ${progress.bytes} ${message ?? ''}`;
}

/** Returns what comes, `alive` where nothing does for a while, undefined once the following ends. */
async function withinAWhile<T>(coming: Promise<T>, ended: AbortSignal): Promise<T | 'alive' | undefined> {
  const waited = new AbortController();
  const signal = AbortSignal.any([ended, waited.signal]);
  try {
    return await Promise.race([coming, sleep(ALIVE_MS, 'alive' as const, { signal, ref: false })]);
  } catch {
    return undefined;
  } finally {
    waited.abort();
  }
}

/** The requests that somebody follows; each is looked at once, however many follow it. */
export class FollowedRequests implements RequestEvents {
  readonly #followed = new Map<RequestId, FollowedRequest>();
  readonly #closing = new AbortController();
  #followers = 0;

  constructor(
    private readonly engine: Pick<EmbeddedEngine, 'get' | 'pops' | 'failures'>,
    private readonly maxFollowers = MAX_FOLLOWERS,
  ) {}

  hasRoom(): boolean {
    return this.#followers < this.maxFollowers && !this.#closing.signal.aborted;
  }

  async *follow(id: RequestId, { after = 0, signal }: FollowOptions): AsyncGenerator<RequestEvent> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    if (!this.hasRoom() || ended.aborted) return;
    const followed = this.#take(id);
    this.#followers += 1;
    followed.followers += 1;
    try {
      yield* this.#events(followed, after, ended);
    } finally {
      this.#followers -= 1;
      followed.followers -= 1;
    }
  }

  /** Ends every follower at once. */
  close(): void {
    this.#closing.abort();
  }

  async *#events(followed: FollowedRequest, after: number, ended: AbortSignal): AsyncGenerator<RequestEvent> {
    const told = new Map<PopCode, string>();
    let lastSample = after;
    let last: Snapshot | undefined;
    let failuresTold: Snapshot['failures'];
    while (!ended.aborted) {
      const snapshot = await withinAWhile(followed.next(last), ended);
      if (snapshot === undefined) return;
      if (snapshot === 'alive') {
        yield { kind: 'alive' };
        continue;
      }
      last = snapshot;
      for (const sample of followed.samplesSince(lastSample)) {
        lastSample = sample.at;
        yield { kind: 'sample', sample };
      }
      const pops = snapshot.pops.filter((pop) => told.get(pop.pop) !== stateOf(pop));
      for (const pop of pops) told.set(pop.pop, stateOf(pop));
      yield { kind: 'request', record: snapshot.record, pops };
      if (snapshot.failures !== undefined && snapshot.failures !== failuresTold) {
        failuresTold = snapshot.failures;
        yield { kind: 'failures', ...snapshot.failures };
      }
      if (!snapshot.record.reported) continue;
      yield { kind: 'end' };
      return;
    }
  }

  #take(id: RequestId): FollowedRequest {
    const known = this.#followed.get(id);
    if (known !== undefined) return known;
    const followed = new FollowedRequest(this.engine, id, this.#closing.signal);
    this.#followed.set(id, followed);
    void followed.ended.then(() => this.#followed.delete(id));
    if (this.#followed.size > MAX_FOLLOWED)
      for (const candidate of this.#followed.values())
        if (candidate.followers === 0) {
          candidate.leave();
          break;
        }
    return followed;
  }
}
