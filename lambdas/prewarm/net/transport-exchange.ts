import type { Dispatcher } from 'undici';
import type { TimeoutPhase, UnreachableReason } from '../domain/outcome';
import type { FetchAnswer, FetchTarget } from '../ports';
import type { Connection } from './transport-connection';
import { unreachableReason } from './transport-errors';
import { pickHeaders } from './transport-headers';

/** Where an exchange is; each is bounded by its own time-out. */
type Phase = Exclude<TimeoutPhase, 'total'> | 'done';

/** What an exchange tells the pool that it belongs to. */
export interface ExchangeOwner {
  /** Called once. `broken` when the connection must not be used again. */
  ended(exchange: Exchange, broken: boolean): void;
  /** The connection broke before a byte of the answer; true when the exchange starts over on another one. */
  startOver(exchange: Exchange): boolean;
}

/**
 * One request and its answer, as undici calls it back. It is looked at by one shared clock tick instead of having
 * timers of its own, which at tens of thousands of fetches per second would cost more than the fetches.
 */
export class Exchange implements Dispatcher.DispatchHandlers {
  /** The connection it runs on. */
  connection: Connection | undefined;
  private phase: Phase = 'connect';
  private readonly startedAt = performance.now();
  private readonly endsBy: number;
  private phaseEndsBy: number;
  private status = 0;
  private headers: ReturnType<typeof pickHeaders> = {};
  private bytes = 0;
  private firstByteMs = 0;
  /** Undici's way to read on; set with the headers. */
  private resume: (() => void) | undefined;
  private paused = false;
  private pausedUntil = 0;
  private pausedMs = 0;

  constructor(
    readonly target: FetchTarget,
    private readonly signal: AbortSignal | undefined,
    private readonly owner: ExchangeOwner,
    private readonly answer: (answer: FetchAnswer) => void,
  ) {
    const { totalMs, connectMs } = target.timeouts;
    this.endsBy = this.startedAt + totalMs;
    this.phaseEndsBy = this.startedAt + connectMs;
  }

  /** One tick of the shared clock. */
  check(now: number): void {
    if (this.phase === 'done') return;
    if (this.paused && now >= this.pausedUntil) this.readOn(now);
    if (this.signal?.aborted) this.fail(now, 'network', 'aborted');
    else if (now >= this.endsBy + this.pausedMs) this.timeOut(now, 'total');
    else if (now >= this.phaseEndsBy && !this.paused) this.timeOut(now, this.phase);
  }

  /** The connection is there, and the request goes out. */
  onConnect(): void {
    if (this.phase === 'done') return;
    this.phase = 'header';
    this.phaseEndsBy = performance.now() + this.target.timeouts.headerMs;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status < 200 || this.phase === 'done') return true;
    const now = performance.now();
    this.phase = 'idle';
    this.phaseEndsBy = now + this.target.timeouts.idleMs;
    this.status = status;
    this.headers = pickHeaders(raw);
    this.firstByteMs = now - this.startedAt;
    this.resume = resume;
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.phase === 'done') return true;
    const { pace, timeouts } = this.target;
    const now = performance.now();
    this.bytes += chunk.length;
    this.phaseEndsBy = now + timeouts.idleMs;
    const waitMs = pace?.take(chunk.length) ?? 0;
    if (waitMs <= 0) return true;
    this.pausedUntil = now + waitMs;
    this.pausedMs += waitMs;
    this.paused = true;
    return false;
  }

  onComplete(): void {
    if (this.phase === 'done') return;
    this.phase = 'done';
    const { status, headers, bytes, firstByteMs } = this;
    const durationMs = performance.now() - this.startedAt;
    this.owner.ended(this, false);
    this.answer({ kind: 'answer', status, headers, bytes, firstByteMs, durationMs });
  }

  onError(error: Error): void {
    if (this.phase === 'done') return;
    const now = performance.now();
    const reason = unreachableReason(error);
    if (this.phase === 'header' && reason === 'reset' && this.owner.startOver(this)) {
      this.phase = 'connect';
      this.phaseEndsBy = now + this.target.timeouts.connectMs;
      return;
    }
    const { status, headers, bytes } = this;
    if (this.phase === 'idle')
      this.end({ kind: 'cut', status, headers, bytes, durationMs: now - this.startedAt });
    else this.fail(now, reason, error.message);
  }

  private readOn(now: number): void {
    this.paused = false;
    this.phaseEndsBy = now + this.target.timeouts.idleMs;
    this.resume?.();
  }

  private timeOut(now: number, phase: TimeoutPhase): void {
    this.end({ kind: 'timeout', phase, bytes: this.bytes, durationMs: now - this.startedAt });
  }

  private fail(now: number, reason: UnreachableReason, detail: string): void {
    this.end({ kind: 'unreachable', reason, detail, durationMs: now - this.startedAt });
  }

  private end(answer: FetchAnswer): void {
    this.phase = 'done';
    this.owner.ended(this, true);
    this.answer(answer);
  }
}
