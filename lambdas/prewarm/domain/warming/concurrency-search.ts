import type { ConcurrencyRange } from './warm-limits';

/** Share of a round's fetches that must signal overload before the limit is cut. */
const OVERLOAD_SHARE = 0.05;
const CUT = 0.7;
const RAMP = 2;
const PROBE_UP = 1.25;
const PROBE_DOWN = 0.85;
/** How much of the added concurrency must come back as throughput for the step to be kept. */
const GAIN_WANTED = 0.25;
/** How much throughput a step down may cost to be kept. */
const KEPT_SHARE = 0.97;
/** The first rounds at a higher limit carry the cost of new connections; so many may show no gain. */
const RAMP_PATIENCE = 3;
const FIRST_PAUSE_ROUNDS = 4;
const LONGEST_PAUSE_ROUNDS = 64;
const SMOOTHING = 0.3;
const MIN_ROUND = 8;

/**
 * Searches the number of simultaneous fetches that gives the most throughput, by climbing: it doubles while
 * throughput follows, then probes upward and downward at growing intervals, and cuts back when fetches signal
 * overload. It goes by throughput and not by latency, because Hits and Misses differ in latency by orders of
 * magnitude at any load.
 */
export class ConcurrencySearch {
  private current: number;
  private settled: number;
  /** Throughput at the settled limit, in work per millisecond; 0 while unknown. */
  private best = 0;
  private mode: 'ramp' | 'hold' | 'settle' | 'probe' = 'ramp';
  private misses = 0;
  private pauseRounds = FIRST_PAUSE_ROUNDS;
  private roundsToProbe = 0;
  private probeUpNext = true;

  private roundStart: number;
  private fetches = 0;
  private work = 0;
  private overloads = 0;
  private saturated = false;

  constructor(
    private readonly range: ConcurrencyRange,
    nowMs: number,
  ) {
    this.current = range.start;
    this.settled = range.start;
    this.roundStart = nowMs;
  }

  get limit(): number {
    return this.current;
  }

  /** Tells that a fetch had to wait for the limit; without that, throughput says nothing about it. */
  waited(): void {
    this.saturated = true;
  }

  /** Takes one finished fetch. `work` is its weight; `overloaded` that it failed as at a place asked too much. */
  finished(nowMs: number, work: number, overloaded: boolean): void {
    this.fetches += 1;
    this.work += work;
    if (overloaded) this.overloads += 1;
    if (this.fetches < Math.max(this.current, MIN_ROUND) || nowMs <= this.roundStart) return;
    const rate = this.work / (nowMs - this.roundStart);
    if (this.overloads > this.fetches * OVERLOAD_SHARE) this.cut();
    else if (this.saturated) this.judge(rate);
    this.roundStart = nowMs;
    this.fetches = 0;
    this.work = 0;
    this.overloads = 0;
    this.saturated = false;
  }

  private cut(): void {
    this.settle(Math.max(this.range.floor, Math.floor(this.current * CUT)), 0);
    this.pauseRounds = FIRST_PAUSE_ROUNDS;
    this.hold();
  }

  private judge(rate: number): void {
    if (this.mode === 'ramp') this.climb(rate);
    else if (this.mode === 'hold') this.rest(rate);
    else if (this.mode === 'settle') this.mode = 'probe';
    else this.weigh(rate);
  }

  private climb(rate: number): void {
    if (this.best === 0 || this.gains(rate)) {
      this.settle(this.current, rate);
      this.misses = 0;
      if (this.current === this.range.ceiling) this.hold();
      else this.current = Math.min(this.range.ceiling, this.current * RAMP);
      return;
    }
    this.misses += 1;
    if (this.misses < RAMP_PATIENCE) return;
    this.current = this.settled;
    this.hold();
  }

  private rest(rate: number): void {
    this.best = this.best === 0 ? rate : this.best + SMOOTHING * (rate - this.best);
    this.roundsToProbe -= 1;
    if (this.roundsToProbe <= 0) this.probe();
  }

  private probe(): void {
    const up = this.probeUpNext && this.settled < this.range.ceiling;
    this.current = up
      ? Math.min(this.range.ceiling, Math.ceil(this.settled * PROBE_UP))
      : Math.max(this.range.floor, Math.floor(this.settled * PROBE_DOWN));
    if (this.current === this.settled) this.hold();
    else this.mode = 'settle';
  }

  private weigh(rate: number): void {
    const up = this.current > this.settled;
    const kept = up ? this.gains(rate) : rate >= this.best * KEPT_SHARE;
    this.probeUpNext = kept === up;
    if (kept) {
      this.settle(this.current, rate);
      this.pauseRounds = FIRST_PAUSE_ROUNDS;
      this.probe();
    } else {
      this.current = this.settled;
      this.pauseRounds = Math.min(LONGEST_PAUSE_ROUNDS, this.pauseRounds * 2);
      this.hold();
    }
  }

  private gains(rate: number): boolean {
    const added = this.current / this.settled - 1;
    return rate / this.best - 1 >= GAIN_WANTED * added;
  }

  private settle(limit: number, rate: number): void {
    this.current = limit;
    this.settled = limit;
    this.best = rate;
  }

  private hold(): void {
    this.mode = 'hold';
    this.roundsToProbe = this.pauseRounds;
  }
}
