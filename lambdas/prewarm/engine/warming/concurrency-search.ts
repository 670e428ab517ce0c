import type { Clock } from '../ports/clock';
import type { ConcurrencyRange } from './warm-limits';

/** Share of a round's fetches that must signal overload before the limit is cut. */
const OVERLOAD_SHARE = 0.05;
const CUT = 0.7;
const RAMP = 2;
const PROBE_UP = 1.25;
const PROBE_DOWN = 0.85;
/** How much of the added concurrency must come back as throughput for the step to be kept. */
const GAIN_WANTED = 0.5;
/** The first rounds at a higher limit carry the cost of new connections; so many may show no gain. */
const RAMP_PATIENCE = 6;
const FIRST_PAUSE_ROUNDS = 4;
const LONGEST_PAUSE_ROUNDS = 64;
const SMOOTHING = 0.3;
/** A round is at least so long and has at least so many fetches: shorter ones tell more about chance than about the limit. */
const MIN_ROUND_MS = 100;
const MIN_ROUND_FETCHES = 8;
/** So long without any answer, and the first ones will not come at once. */
export const SILENCE_MS = 50;
/** Share of a round from which on the thread itself is what bounds it. */
const BUSY_SHARE = 0.9;

/**
 * Searches the number of simultaneous fetches that gives the most throughput, by climbing: it doubles while
 * throughput follows, then probes upward and downward at growing intervals, and cuts back when fetches signal
 * overload. It goes by throughput and not by latency, because Hits and Misses differ in latency by orders of
 * magnitude at any load. Rounds in which the thread had no time left say nothing about the place: more connections would
 * cost it handshakes and bring nothing.
 */
export class ConcurrencySearch {
  private current: number;
  private settled: number;
  /** Throughput at the settled limit, in work per millisecond; 0 while unknown. */
  private best = 0;
  /** Overload was met: above this it goes up in small steps only. */
  private carefulAbove = Number.POSITIVE_INFINITY;
  /** It carries the cost of the first connections and says little. */
  private isFirstRound = true;
  private mode: 'ramp' | 'hold' | 'settle' | 'probe' = 'ramp';
  private misses = 0;
  private pauseRounds = FIRST_PAUSE_ROUNDS;
  private roundsToProbe = 0;
  private probeUpNext = true;

  private roundStart: number;
  private busyAtStart: number;
  private lastMs: number;
  private fetches = 0;
  private work = 0;
  private overloads = 0;
  private saturated = false;
  private hasAnswer = false;

  constructor(
    private range: ConcurrencyRange,
    private readonly clock: Pick<Clock, 'monotonicMs' | 'busyMs'>,
  ) {
    this.current = range.start;
    this.settled = range.start;
    this.roundStart = clock.monotonicMs();
    this.lastMs = this.roundStart;
    this.busyAtStart = this.busyMs();
  }

  get limit(): number {
    return this.current;
  }

  /** Goes on within other bounds; what was learnt is kept as far as they allow. */
  confine(range: ConcurrencyRange): void {
    const { settled } = this;
    const limit = Math.min(range.ceiling, Math.max(range.floor, settled));
    this.range = range;
    this.settle(limit, this.best * Math.min(1, limit / settled));
    this.isFirstRound = true;
    if (this.mode !== 'ramp') this.hold();
  }

  /** Tells that a fetch had to wait for the limit; without that, throughput says nothing about it. */
  waited(): void {
    this.saturated = true;
  }

  /** Returns true where no answer has come yet and the limit may go up for it. */
  get mayRiseInSilence(): boolean {
    return !this.hasAnswer && this.current < (this.range.whileSilent ?? 0);
  }

  /** Goes up where it may; to be called when `SILENCE_MS` have passed. */
  riseInSilence(): void {
    if (!this.mayRiseInSilence) return;
    const busyMs = this.busyMs();
    const isBusy = busyMs - this.busyAtStart >= SILENCE_MS * BUSY_SHARE;
    this.busyAtStart = busyMs;
    // A thread that is still at work on its first connections has asked for little yet.
    if (!isBusy) this.settle(Math.min(this.range.whileSilent ?? 0, this.current * RAMP), 0);
  }

  /** Takes one finished fetch. `work` is its weight; `overloaded` that it failed as at a place asked too much. */
  finished(nowMs: number, work: number, overloaded: boolean): void {
    // Fetches that end together belong to one round, or a burst that is cut in two looks like a change of speed.
    if (nowMs > this.lastMs && this.roundIsFull()) this.endRound();
    this.hasAnswer = true;
    this.lastMs = nowMs;
    this.fetches += 1;
    this.work += work;
    if (overloaded) this.overloads += 1;
  }

  private roundIsFull(): boolean {
    return (
      this.fetches >= Math.max(this.current, MIN_ROUND_FETCHES) &&
      this.lastMs >= this.roundStart + MIN_ROUND_MS
    );
  }

  private endRound(): void {
    const roundMs = this.lastMs - this.roundStart;
    const busyMs = this.busyMs();
    const isBusy = busyMs - this.busyAtStart >= roundMs * BUSY_SHARE;
    if (this.overloads > this.fetches * OVERLOAD_SHARE) this.cut();
    else if (this.saturated && !isBusy) this.judge(this.work / roundMs);
    this.busyAtStart = busyMs;
    this.roundStart = this.lastMs;
    this.fetches = 0;
    this.work = 0;
    this.overloads = 0;
    this.saturated = false;
  }

  private busyMs(): number {
    return this.clock.busyMs?.() ?? 0;
  }

  private cut(): void {
    this.settle(Math.max(this.range.floor, Math.floor(this.current * CUT)), 0);
    this.carefulAbove = this.settled;
    this.probeUpNext = true;
    this.pauseLonger();
    this.hold();
  }

  private judge(rate: number): void {
    if (this.mode === 'ramp') this.climb(rate);
    else if (this.mode === 'hold') this.rest(rate);
    else if (this.mode === 'settle') this.mode = 'probe';
    else this.weigh(rate);
  }

  private climb(rate: number): void {
    if (this.isFirstRound) {
      this.isFirstRound = false;
      return;
    }
    if (this.best === 0 || this.gains(rate)) {
      this.ramp(rate);
      return;
    }
    this.misses += 1;
    if (this.misses < RAMP_PATIENCE) return;
    this.current = this.settled;
    this.hold();
  }

  private ramp(rate: number): void {
    this.settle(this.current, rate);
    this.misses = 0;
    if (this.current === this.range.ceiling) {
      // Every step up to here paid: there is no hurry to try less.
      this.pauseRounds = LONGEST_PAUSE_ROUNDS;
      this.hold();
    } else if (this.current * RAMP > this.carefulAbove) this.hold();
    else {
      this.mode = 'ramp';
      this.current = Math.min(this.range.ceiling, this.current * RAMP);
    }
  }

  private rest(rate: number): void {
    this.best = this.best === 0 ? rate : this.best + SMOOTHING * (rate - this.best);
    this.roundsToProbe -= 1;
    if (this.roundsToProbe <= 0) this.probe();
  }

  private probe(): void {
    const { floor, ceiling } = this.range;
    const up = this.settled < ceiling && (this.probeUpNext || this.settled === floor);
    this.current = up
      ? Math.min(ceiling, Math.ceil(this.settled * PROBE_UP))
      : Math.max(floor, Math.floor(this.settled * PROBE_DOWN));
    if (this.current === this.settled) this.hold();
    else this.mode = 'settle';
  }

  private weigh(rate: number): void {
    const up = this.current > this.settled;
    if (up && this.gains(rate)) {
      this.pauseRounds = FIRST_PAUSE_ROUNDS;
      this.ramp(rate);
    } else if (!up && rate >= this.best) {
      this.settle(this.current, rate);
      // Chance may have said so: the way back is tried soon.
      this.probeUpNext = true;
      this.pauseRounds = FIRST_PAUSE_ROUNDS;
      this.hold();
    } else {
      this.current = this.settled;
      this.probeUpNext = !up;
      this.pauseLonger();
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

  private pauseLonger(): void {
    this.pauseRounds = Math.min(LONGEST_PAUSE_ROUNDS, this.pauseRounds * 2);
  }

  private hold(): void {
    this.mode = 'hold';
    this.roundsToProbe = this.pauseRounds;
  }
}
