import type { PopCode, RequestId } from '../model/ids';
import type { Clock } from '../ports/clock';
import type { Pace } from '../ports/transport';
import { Bandwidth } from './bandwidth';
import { AdaptiveLimiter } from './concurrency';
import { Reachability } from './reachability';
import { UnstoredFetches } from './unstored-fetches';
import type { WarmLimits } from './warm-limits';

/** A body of this size counts as much as one more fetch, so that neither small nor large objects hide the other. */
const BYTES_PER_WORK = 32_768;
const REMEMBERED_REQUESTS = 100;
/** Places per PoP for each Mbit/s of a cap: enough to use it with objects of 12 KB that take 100 ms. */
const PLACES_PER_MEGABIT = 1;
/**
 * Where fetches are scarce, a PoP may have so many times its even share of them: with more, each of many PoPs would have at times what
 * all may have together, and open connections for it.
 */
const MOST_OF_EVEN_SHARE = 1.25;
/** They are scarce from this share of them in flight on. */
const SCARCE_FROM = 0.5;
/** Share of the places of a PoP that one request with a cap may hold: the rest is for those that do not wait for a pace. */
const CAPPED_SHARE = 0.5;

/** What a request with a cap on its bandwidth is held to. */
export interface CappedRequest {
  readonly megabitsPerSecond: number;
  readonly pace: Pace;
  readonly gates: Map<PopCode, AdaptiveLimiter>;
}

/** Resolves when the signal aborts. */
export function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The turn of a slice among those of its request and PoP. */
export interface Turn {
  /** Its turn has come; absent where it need not wait. */
  readonly before: Promise<void> | undefined;
  readonly pass: () => void;
  /** The slice has ended. */
  readonly end: () => void;
}

export interface GovernorOptions {
  readonly limits: WarmLimits;
  readonly clock: Clock;
}

/**
 * How much a thread does at a time: what all its slices share. One per thread, for its whole life, so that what was
 * learnt about a PoP is still known in its next slice.
 */
export class Governor {
  private bounds: WarmLimits;
  private readonly clock: Clock;
  private readonly total: AdaptiveLimiter;
  private done = 0;
  private readonly unstored: UnstoredFetches;
  private readonly perPop = new Map<PopCode, AdaptiveLimiter>();
  private readonly capped = new Map<RequestId, CappedRequest>();
  private readonly reached = new Map<PopCode, Reachability>();
  /** By request and PoP: the end of the turn of the slice that came last. */
  private readonly lanes = new Map<string, Promise<void>>();
  /** Slices underway, by PoP. */
  private readonly slices = new Map<PopCode, number>();

  constructor({ limits, clock }: GovernorOptions) {
    this.bounds = limits;
    this.clock = clock;
    this.unstored = new UnstoredFetches(clock);
    this.total = new AdaptiveLimiter(limits.total, clock, () => this.mostInFlight());
  }

  get limits(): WarmLimits {
    return this.bounds;
  }

  /** Goes on within other limits, such as when another thread begins to share them. */
  confine(limits: WarmLimits): void {
    this.bounds = limits;
    this.total.confine(limits.total);
    for (const limiter of this.perPop.values()) limiter.confine(limits.perPop);
  }

  /** Takes a slot; returns nothing when one is free at once, else a promise of it. */
  acquire(pop: PopCode, capped?: CappedRequest): Promise<void> | undefined {
    const waitForGate = capped && this.gate(pop, capped).acquire();
    return waitForGate ? waitForGate.then(() => this.acquirePlace(pop)) : this.acquirePlace(pop);
  }

  /**
   * Waits until the slices of the same request and PoP that came before have begun all their fetches; the slice calls `pass` once
   * it has too, or ends. One after the other, each is soon over: what is to be stored of slices that are not is little.
   */
  lineUp(request: RequestId, pop: PopCode): Turn {
    const lane = `${request} ${pop}`;
    const before = this.lanes.get(lane);
    const passing = new AbortController();
    const passed = once(passing.signal);
    this.lanes.set(lane, passed);
    this.slices.set(pop, (this.slices.get(pop) ?? 0) + 1);
    return {
      before,
      pass: () => {
        if (this.lanes.get(lane) === passed) this.lanes.delete(lane);
        passing.abort(passed);
      },
      end: () => {
        const left = (this.slices.get(pop) ?? 1) - 1;
        if (left > 0) this.slices.set(pop, left);
        else this.slices.delete(pop);
      },
    };
  }

  /** Returns the fetches through one PoP that may be in flight beside those through the others. */
  private evenShare(): number {
    const { total, slices } = this;
    if (slices.size < 2 || total.inFlight < SCARCE_FROM * total.found) return Number.POSITIVE_INFINITY;
    return Math.max(this.bounds.perPop.floor, Math.ceil((MOST_OF_EVEN_SHARE * total.found) / slices.size));
  }

  /** Returns whether the PoP is there, as far as this thread knows. */
  reachability(pop: PopCode): Reachability {
    const known = this.reached.get(pop);
    if (known) return known;
    const reachability = new Reachability(this.bounds.reachForMs);
    this.reached.set(pop, reachability);
    return reachability;
  }

  private acquirePlace(pop: PopCode): Promise<void> | undefined {
    const waitForPop = this.limiter(pop).acquire();
    return waitForPop ? waitForPop.then(() => this.total.acquire()) : this.total.acquire();
  }

  /** Gives a place back; `overloaded` tells that the PoP was asked too much. */
  release(pop: PopCode, bytes: number, overloaded: boolean, capped?: CappedRequest): void {
    this.done += 1;
    const work = 1 + bytes / BYTES_PER_WORK;
    this.total.release(work, overloaded);
    this.limiter(pop).release(work, overloaded);
    if (capped) this.gate(pop, capped).release(0, false);
  }

  /** Takes note of a fetch that is done and waits to be stored. */
  beginsToWait(): void {
    this.unstored.done();
  }

  /** So many of those are stored, or will never be. */
  stored(fetches: number): void {
    this.unstored.stored(fetches);
    this.total.admit();
  }

  private mostInFlight(): number {
    const { mostInFlight } = this.bounds;
    if (this.unstored.areTooMany(this.total.found)) return 0;
    return mostInFlight === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(mostInFlight.atFirst, this.done * mostInFlight.shareOfDone);
  }

  /** Returns what holds the request to its bandwidth; nothing where it has no cap. */
  cap(id: RequestId, megabitsPerSecond: number | undefined): CappedRequest | undefined {
    if (megabitsPerSecond === undefined) return undefined;
    const known = this.capped.get(id);
    if (known) return known;
    const pace = new Bandwidth(megabitsPerSecond, this.clock);
    const capped: CappedRequest = { megabitsPerSecond, pace, gates: new Map() };
    this.capped.set(id, capped);
    const oldest = this.capped.keys().next();
    if (this.capped.size > REMEMBERED_REQUESTS && !oldest.done) this.capped.delete(oldest.value);
    return capped;
  }

  /** The few places of a capped request: fetches that wait for its pace would else keep those of all others. */
  private gate(pop: PopCode, { megabitsPerSecond, gates }: CappedRequest): AdaptiveLimiter {
    const wanted = megabitsPerSecond * PLACES_PER_MEGABIT;
    const places = Math.max(1, Math.floor(Math.min(wanted, this.limiter(pop).limit * CAPPED_SHARE)));
    const range = { floor: places, start: places, ceiling: places };
    const known = gates.get(pop);
    if (known) {
      known.confine(range);
      return known;
    }
    const gate = new AdaptiveLimiter(range, this.clock);
    gates.set(pop, gate);
    return gate;
  }

  private limiter(pop: PopCode): AdaptiveLimiter {
    const known = this.perPop.get(pop);
    if (known) return known;
    const limiter = new AdaptiveLimiter(this.bounds.perPop, this.clock, () => this.evenShare());
    this.perPop.set(pop, limiter);
    return limiter;
  }
}
