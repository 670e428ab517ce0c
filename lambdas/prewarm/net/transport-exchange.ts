import type { TimeoutPhase, UnreachableReason } from '../engine/model/outcome';
import type { FetchAnswer, FetchTarget } from '../engine/ports/transport';
import type { AnswerReader } from './transport-answer';
import type { CarriedExchange, Connection } from './transport-connection';
import { errorDetail, unreachableReason } from './transport-errors';
import type { AnswerHead } from './transport-head';

/** Where an exchange is; each is bounded by its own time-out. */
type Phase = Exclude<TimeoutPhase, 'total'> | 'done';

/** Callbacks of an exchange to its connection pool. */
export interface ExchangeOwner {
  /** Called once. `reusable` when the connection may serve a next exchange. */
  ended(exchange: Exchange, reusable: boolean, now: number): void;
  /** The connection broke before the first byte of the response; returns true when the exchange is retried on another one. */
  startOver(exchange: Exchange, now: number): boolean;
}

/**
 * One request and its answer. It is looked at by one shared clock tick instead of having timers of its own, which at
 * tens of thousands of fetches per second would cost more than the fetches.
 */
export class Exchange implements CarriedExchange {
  connection: Connection | undefined;
  readonly startedAt = performance.now();
  private phase: Phase = 'connect';
  private readonly endsBy: number;
  private phaseEndsBy: number;
  private head: AnswerHead | undefined;
  private bytes = 0;
  private firstByteMs = 0;
  /** When reading was paused by the rate limit; 0 while it is not. */
  private pausedAt = 0;
  private pausedUntil = 0;
  private pausedMs = 0;
  /** The response is complete and delayed by the rate limit only; says whether the connection is reusable. */
  private complete: { readonly reusable: boolean } | undefined;

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

  check(now: number): void {
    if (this.phase === 'done') return;
    if (this.signal?.aborted) this.fail(now, 'network', 'aborted');
    else if (this.pausedAt > 0) {
      if (now >= this.pausedUntil) this.readOn(now);
    } else if (now >= this.endsBy + this.pausedMs) this.timeOut(now, 'total');
    else if (now >= this.phaseEndsBy) this.timeOut(now, this.phase);
  }

  sent(now: number): void {
    this.phase = 'header';
    this.phaseEndsBy = now + this.target.timeouts.headerMs;
  }

  read(reader: AnswerReader): boolean {
    const { head, bodyBytes } = reader;
    if (this.phase === 'done' || !head) return true;
    const now = performance.now();
    if (!this.head) {
      this.head = head;
      this.phase = 'idle';
      this.firstByteMs = now - this.startedAt;
    }
    this.phaseEndsBy = now + this.target.timeouts.idleMs;
    const waitMs = this.target.pace?.take(bodyBytes - this.bytes) ?? 0;
    this.bytes = bodyBytes;
    if (waitMs > 0) this.pause(now, waitMs);
    if (!reader.isDone) return waitMs <= 0;
    const reusable = head.keepsConnection && !reader.hasSurplus;
    if (waitMs > 0) this.complete = { reusable };
    else this.succeed(now, head, reusable);
    return true;
  }

  broke(error: Error, reader?: AnswerReader): void {
    if (this.phase === 'done') return;
    if (this.complete) {
      this.complete = { reusable: false };
      return;
    }
    const now = performance.now();
    const head = reader?.head;
    if (head && reader.isDone) {
      this.succeed(now, head, false);
      return;
    }
    const reason = unreachableReason(error);
    const detail = errorDetail(error, this.phase === 'connect');
    const isUnanswered = this.phase === 'header' && !reader?.hasBegun;
    if (isUnanswered && reason === 'reset' && this.owner.startOver(this, now)) return;
    if (!head) {
      this.fail(now, reason, detail);
      return;
    }
    const { status, headers } = head;
    const durationMs = this.elapsedMs(now);
    this.end(now, false, {
      kind: 'cut',
      status,
      headers,
      bytes: reader.bodyBytes,
      durationMs,
      detail,
    });
  }

  /** Resets the exchange for a retry on a new connection. */
  restart(now: number): void {
    this.phase = 'connect';
    this.phaseEndsBy = now + this.target.timeouts.connectMs;
  }

  private pause(now: number, waitMs: number): void {
    // Bytes that were decrypted already still come; their pace includes what was to be waited for before.
    if (this.pausedAt === 0) this.pausedAt = now;
    this.pausedUntil = now + waitMs;
  }

  private readOn(now: number): void {
    this.pausedMs += now - this.pausedAt;
    this.pausedAt = 0;
    // Also where all has come already: the next exchange on this connection must be read.
    this.connection?.resume();
    if (this.complete && this.head) {
      this.succeed(now, this.head, this.complete.reusable);
      return;
    }
    this.phaseEndsBy = now + this.target.timeouts.idleMs;
  }

  /** Excludes delay by the rate limit, which says nothing about the edge. */
  private elapsedMs(now: number): number {
    const pausingMs = this.pausedAt > 0 ? now - this.pausedAt : 0;
    return now - this.startedAt - this.pausedMs - pausingMs;
  }

  private succeed(now: number, { status, headers }: AnswerHead, reusable: boolean): void {
    const { bytes, firstByteMs } = this;
    const durationMs = this.elapsedMs(now);
    this.end(now, reusable, { kind: 'answer', status, headers, bytes, firstByteMs, durationMs });
  }

  private timeOut(now: number, phase: TimeoutPhase): void {
    this.end(now, false, { kind: 'timeout', phase, bytes: this.bytes, durationMs: this.elapsedMs(now) });
  }

  private fail(now: number, reason: UnreachableReason, detail: string): void {
    this.end(now, false, { kind: 'unreachable', reason, detail, durationMs: this.elapsedMs(now) });
  }

  private end(now: number, reusable: boolean, answer: FetchAnswer): void {
    this.phase = 'done';
    this.owner.ended(this, reusable, now);
    this.answer(answer);
  }
}
