import type { Clock, Pace } from '../../ports';
import type { PopCode, RequestId } from '../ids';
import { Bandwidth } from './bandwidth';
import { AdaptiveLimiter } from './concurrency';
import type { WarmLimits } from './warm-limits';

/** A body of this size counts as much as one more fetch, so that neither small nor large objects hide the other. */
const BYTES_PER_WORK = 32_768;
const REMEMBERED_REQUESTS = 100;

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
  private readonly perPop = new Map<PopCode, AdaptiveLimiter>();
  private readonly paces = new Map<RequestId, Pace>();

  constructor({ limits, clock }: GovernorOptions) {
    this.bounds = limits;
    this.clock = clock;
    this.total = new AdaptiveLimiter(limits.total, clock);
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

  /** Takes a place; answers nothing when one is free at once, else a promise of it. */
  acquire(pop: PopCode): Promise<void> | undefined {
    const waitForPop = this.limiter(pop).acquire();
    return waitForPop ? waitForPop.then(() => this.total.acquire()) : this.total.acquire();
  }

  /** Gives a place back; `overloaded` tells that the PoP was asked too much. */
  release(pop: PopCode, bytes: number, overloaded: boolean): void {
    const work = 1 + bytes / BYTES_PER_WORK;
    this.total.release(work, overloaded);
    this.limiter(pop).release(work, overloaded);
  }

  /** What holds the request to its bandwidth; nothing where it has no cap. */
  pace(id: RequestId, megabitsPerSecond: number | undefined): Pace | undefined {
    if (megabitsPerSecond === undefined) return undefined;
    const known = this.paces.get(id);
    if (known) return known;
    const pace = new Bandwidth(megabitsPerSecond, this.clock);
    this.paces.set(id, pace);
    const oldest = this.paces.keys().next();
    if (this.paces.size > REMEMBERED_REQUESTS && !oldest.done) this.paces.delete(oldest.value);
    return pace;
  }

  private limiter(pop: PopCode): AdaptiveLimiter {
    const known = this.perPop.get(pop);
    if (known) return known;
    const limiter = new AdaptiveLimiter(this.bounds.perPop, this.clock);
    this.perPop.set(pop, limiter);
    return limiter;
  }
}
