import type { PopCode, RequestId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord } from '../../engine/model/request';
import type { Slice } from '../../engine/model/slice';
import { emptyTally, type MutableTally, mergeTally, type Tally } from '../../engine/model/tally';
import type { LiveProgress } from './engine-api';

interface LiveRequest {
  /** Recorded slices. */
  readonly recorded: Map<PopCode, MutableTally>;
  readonly running: Map<string, { readonly pop: PopCode; readonly tally: Tally }>;
}

function ofPop(tallies: Map<PopCode, MutableTally>, pop: PopCode): MutableTally {
  const known = tallies.get(pop);
  if (known) return known;
  const tally = emptyTally();
  tallies.set(pop, tally);
  return tally;
}

/** How far the running requests are, kept in memory for whoever watches. */
export class LiveTallies {
  private readonly requests = new Map<RequestId, LiveRequest>();

  /** Begins with what is counted already. */
  begin(id: RequestId, pops: readonly PopRecord[]): void {
    const recorded = new Map<PopCode, MutableTally>();
    for (const { pop, progress } of pops) mergeTally(ofPop(recorded, pop), progress);
    this.requests.set(id, { recorded, running: new Map() });
  }

  end(id: RequestId): void {
    this.requests.delete(id);
  }

  get ids(): readonly RequestId[] {
    return [...this.requests.keys()];
  }

  /** A slice is being warmed; `soFar` grows in place. */
  began({ requestId, id, pop }: Slice, soFar: Tally): void {
    this.requests.get(requestId)?.running.set(id, { pop, tally: soFar });
  }

  /** A slice has ended; only what was recorded stays in the sum. */
  settled({ requestId, id, pop }: Slice, recorded: boolean): void {
    const live = this.requests.get(requestId);
    const running = live?.running.get(id);
    live?.running.delete(id);
    if (live && running && recorded) mergeTally(ofPop(live.recorded, pop), running.tally);
  }

  snapshot(record: RequestRecord, slicesInFlight: number): LiveProgress {
    const live = this.requests.get(record.id);
    const pops = new Map<PopCode, MutableTally>();
    function add(pop: PopCode, tally: Tally): void {
      if (tally.fetches > 0) mergeTally(ofPop(pops, pop), tally);
    }
    for (const [pop, tally] of live?.recorded ?? []) add(pop, tally);
    for (const { pop, tally } of live?.running.values() ?? []) add(pop, tally);
    const sum = emptyTally();
    for (const tally of pops.values()) mergeTally(sum, tally);
    return {
      id: record.id,
      status: record.status,
      ...(record.totals !== undefined && { fetchCount: record.totals.fetchCount }),
      slicesInFlight,
      tally: sum,
      pops,
    };
  }
}
