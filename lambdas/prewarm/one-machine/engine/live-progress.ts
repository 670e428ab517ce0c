import type { WorkOutcome } from '../../engine/flow/work';
import type { PopCode, RequestId } from '../../engine/model/ids';
import type { PopRecord, RequestRecord } from '../../engine/model/request';
import type { Slice } from '../../engine/model/slice';
import { emptyTally, type MutableTally, mergeTally, type Tally } from '../../engine/model/tally';
import type { SlicePart } from '../../engine/ports/slice-journal';
import type { LiveProgress } from './engine-api';

interface LiveRequest {
  /** Recorded slices. */
  readonly recorded: Map<PopCode, MutableTally>;
  /** Slices that are being warmed, or were handed back, and what is done of them. */
  readonly running: Map<string, { readonly pop: PopCode; readonly tally: Tally }>;
}

function ofPop(tallies: Map<PopCode, MutableTally>, pop: PopCode): MutableTally {
  const known = tallies.get(pop);
  if (known) return known;
  const tally = emptyTally();
  tallies.set(pop, tally);
  return tally;
}

/** Returns what is done through each PoP; only PoPs with at least one fetch. */
function sumByPop({ recorded, running }: LiveRequest): Map<PopCode, MutableTally> {
  const pops = new Map<PopCode, MutableTally>();
  function add(pop: PopCode, tally: Tally): void {
    if (tally.fetches > 0) mergeTally(ofPop(pops, pop), tally);
  }
  for (const [pop, tally] of recorded) add(pop, tally);
  for (const { pop, tally } of running.values()) add(pop, tally);
  return pops;
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

  /** What an earlier process did of a slice that comes again. */
  handedBack({ slice, progress }: SlicePart): void {
    this.requests.get(slice.requestId)?.running.set(slice.id, { pop: slice.pop, tally: progress.tally });
  }

  /** A slice was given up, and this is recorded of it. */
  givenUp({ requestId, id, pop }: Slice, tally: Tally): void {
    const live = this.requests.get(requestId);
    live?.running.delete(id);
    if (live) mergeTally(ofPop(live.recorded, pop), tally);
  }

  has(id: RequestId): boolean {
    return this.requests.has(id);
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

  /**
   * A delivery has ended. What earlier ones did of a slice stays in the sum where it comes again, since it is not done again, and
   * where its request has ended, since it is recorded then.
   */
  settled({ requestId, id, pop }: Slice, outcome: WorkOutcome | 'failed'): void {
    const live = this.requests.get(requestId);
    const running = live?.running.get(id);
    if (outcome !== 'recorded' && outcome !== 'duplicate') return;
    live?.running.delete(id);
    if (live && running && outcome === 'recorded') mergeTally(ofPop(live.recorded, pop), running.tally);
  }

  /** Returns the request with what is done until now, counted or not. */
  requestWith(record: RequestRecord): RequestRecord {
    return this.requests.has(record.id) ? { ...record, progress: this.snapshot(record, 0).tally } : record;
  }

  /** Returns the PoPs of a request with what is done through each until now, counted or not. */
  popsWith(id: RequestId, pops: readonly PopRecord[]): readonly PopRecord[] {
    const live = this.requests.get(id);
    if (live === undefined) return pops;
    const done = sumByPop(live);
    return pops.map((pop) => ({ ...pop, progress: done.get(pop.pop) ?? pop.progress }));
  }

  snapshot(record: RequestRecord, slicesInFlight: number): LiveProgress {
    const live = this.requests.get(record.id);
    const pops: Map<PopCode, MutableTally> = live ? sumByPop(live) : new Map();
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
