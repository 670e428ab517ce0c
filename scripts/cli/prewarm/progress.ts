import { canRedraw } from '../terminal/live-region';
import type { Paint } from '../terminal/paint';
import { formatBytes, formatClock, formatCount, formatShare } from '../terminal/units';

/** How far a run is, at one moment. */
export interface ProgressSnapshot {
  /** What is going on, in a word or two: `sizing`, `warming`. */
  readonly phase: string;
  /** Fetches done, whatever came of them. */
  readonly done: number;
  /** Fetches to do; absent until the list is sized and the PoPs resolved. */
  readonly total?: number;
  readonly failed: number;
  readonly bytes: number;
}

interface Pace {
  /** Fetches per second over the last seconds. */
  readonly perSecond: number;
  /** Seconds to go at that pace; absent where nothing moves. */
  readonly etaSeconds?: number;
}

const PACE_WINDOW_MS = 5_000;
const LINE_EVERY_MS = 2_000;

/** Fetches per second over a sliding window, so that a slow start does not spoil the estimate. */
export class PaceMeter {
  private readonly seen: { atMs: number; done: number }[] = [];

  observe(snapshot: ProgressSnapshot, nowMs: number): Pace {
    this.seen.push({ atMs: nowMs, done: snapshot.done });
    while (this.seen.length > 2 && nowMs - (this.seen[1]?.atMs ?? nowMs) >= PACE_WINDOW_MS) this.seen.shift();
    const first = this.seen[0] ?? { atMs: nowMs, done: snapshot.done };
    const seconds = (nowMs - first.atMs) / 1000;
    const perSecond = seconds > 0 ? (snapshot.done - first.done) / seconds : 0;
    if (perSecond <= 0 || snapshot.total === undefined) return { perSecond: Math.max(0, perSecond) };
    return { perSecond, etaSeconds: (snapshot.total - snapshot.done) / perSecond };
  }
}

/** One line of at most `width` columns: what matters least goes first where the terminal is narrow. */
export function renderBar(snapshot: ProgressSnapshot, pace: Pace, width: number, paint: Paint): string {
  const { total } = snapshot;
  if (total === undefined) return `${snapshot.phase} …`.slice(0, width);
  const share = total === 0 ? undefined : Math.min(1, snapshot.done / total);
  const numbers = `${formatCount(snapshot.done)}/${formatCount(total)}`;
  const failed = snapshot.failed > 0 ? `failed ${formatCount(snapshot.failed)}` : '';
  const optional = [
    pace.etaSeconds === undefined ? '' : `ETA ${formatClock(pace.etaSeconds)}`,
    pace.perSecond > 0 ? `${formatCount(Math.round(pace.perSecond))}/s` : '',
    formatBytes(snapshot.bytes),
  ].filter((part) => part !== '');
  const percentage = share === undefined ? '' : formatShare(share).padStart(5);
  const fixed = [percentage, numbers, failed].filter((part) => part !== '');
  function lengthOf(parts: readonly string[]): number {
    return parts.join('  ').length;
  }
  while (optional.length > 0 && lengthOf([snapshot.phase, ...fixed, ...optional]) + 12 > width)
    optional.pop();
  const text = [...fixed, ...optional].join('  ');
  const cells = Math.min(40, width - snapshot.phase.length - text.length - 3);
  if (cells < 5) return text.trim().slice(0, width);
  const filled = Math.floor((share ?? 0) * cells);
  const bar = paint.green('█'.repeat(filled)) + paint.dim('░'.repeat(cells - filled));
  return `${snapshot.phase} ${bar} ${failed === '' ? text : text.replace(failed, paint.red(failed))}`;
}

/** Returns the progress of a run as one line of a log: no colour, no control characters. */
export function renderLine(snapshot: ProgressSnapshot, pace: Pace): string {
  if (snapshot.total === undefined) return `${snapshot.phase} …`;
  const share = snapshot.total === 0 ? '' : ` (${formatShare(snapshot.done / snapshot.total)})`;
  return [
    `${snapshot.phase}: ${formatCount(snapshot.done)} of ${formatCount(snapshot.total)}${share}`,
    `${formatCount(snapshot.failed)} failed`,
    formatBytes(snapshot.bytes),
    ...(pace.perSecond > 0 ? [`${formatCount(Math.round(pace.perSecond))}/s`] : []),
    ...(pace.etaSeconds === undefined ? [] : [`ETA ${formatClock(pace.etaSeconds)}`]),
  ].join(', ');
}

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /**
   * Shows no progress; what is said stays.
   * @default false
   */
  readonly quiet?: boolean;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** Shows progress on a stream: a bar that redraws itself on a terminal, now and then a line elsewhere. */
export class ProgressPrinter {
  private readonly meter = new PaceMeter();
  private lastLine: { readonly atMs: number; readonly text: string; readonly phase: string } | undefined;
  private heldBack: string | undefined;
  private barShown = false;

  constructor(
    private readonly stream: ProgressStream,
    private readonly paint: Paint,
    private readonly options: ProgressOptions = {},
  ) {}

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  show(snapshot: ProgressSnapshot): void {
    if (this.options.quiet) return;
    const nowMs = this.now();
    const pace = this.meter.observe(snapshot, nowMs);
    if (canRedraw(this.stream)) {
      const bar = renderBar(snapshot, pace, (this.stream.columns ?? 80) - 1, this.paint);
      this.stream.write(`\r\u001b[2K${bar}`);
      this.barShown = true;
      return;
    }
    const text = renderLine(snapshot, pace);
    if (this.lastLine?.text === text) return;
    if (this.lastLine?.phase === snapshot.phase && nowMs - this.lastLine.atMs < LINE_EVERY_MS) {
      this.heldBack = text;
      return;
    }
    this.stream.write(`${text}\n`);
    this.heldBack = undefined;
    this.lastLine = { atMs: nowMs, text, phase: snapshot.phase };
  }

  /** A line that stays, above the bar. */
  say(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  /** Takes the bar off the screen; where there is none, writes the last line that came too soon after another. */
  finish(): void {
    this.clear();
    if (this.heldBack !== undefined) this.stream.write(`${this.heldBack}\n`);
    this.heldBack = undefined;
  }

  private clear(): void {
    if (this.barShown) this.stream.write('\r\u001b[2K');
    this.barShown = false;
  }
}
