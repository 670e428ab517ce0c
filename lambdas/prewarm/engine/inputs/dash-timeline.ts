import { type MpdNode, numberOf, wholeNumberOf } from './dash-manifest';
import type { SegmentWindow } from './dash-window';
import { UnreadableDocument } from './unreadable-document';

/** What a template calls one of its segments. */
export interface SegmentPlace {
  readonly number: number;
  /** In units of the timescale. */
  readonly time: number | bigint;
}

/** How a timeline counts. */
export interface TimelineScale {
  readonly startNumber: number;
  /** Units per second. */
  readonly timescale: number;
  /** Time at which the period begins, in units of the timescale. */
  readonly offset: bigint;
}

/** No time of a manifest has more than 64 bits: an end beyond them is as good as none. */
const MAX_UNITS = 2 ** 64;
/** By so many units the product of seconds and timescale may be too great. */
const ROUNDING_UNITS = 1e-6;

/** Where an open run stops that no other run follows, in units of the timescale. */
function endOfPeriod({ timescale, offset }: TimelineScale, { durationSeconds, live }: SegmentWindow): bigint {
  const seconds = durationSeconds ?? live?.toSeconds;
  if (seconds === undefined) throw new UnreadableDocument('does not say how long it is');
  const units = Math.max(0, Math.ceil(seconds * timescale - ROUNDING_UNITS));
  return offset + BigInt(Math.min(units, MAX_UNITS));
}

/**
 * The segments of a SegmentTimeline. Times are counted as big integers: they have 64 bits, and beyond 2^53 a number
 * would make another segment's URL of them.
 * @throws UnreadableDocument also where no segment is named, unless the period has yet to begin
 */
export function* timelinePlaces(
  timeline: MpdNode,
  scale: TimelineScale,
  window: SegmentWindow,
): Iterable<SegmentPlace> {
  // Not filtered: thousands of representations may inherit a timeline of thousands of runs.
  const runs = timeline.children;
  let time = 0n;
  let number = scale.startNumber;
  for (const [index, run] of runs.entries()) {
    const duration = wholeNumberOf(run, 'd') ?? 0n;
    if (duration === 0n) throw new UnreadableDocument('has a segment without duration');
    time = wholeNumberOf(run, 't') ?? time;
    const repeat = numberOf(run, 'r') ?? 0;
    let count = repeat + 1;
    if (repeat < 0) {
      const end = wholeNumberOf(runs[index + 1], 't') ?? endOfPeriod(scale, window);
      count = Number((end - time + duration - 1n) / duration);
      // Each run must count towards the bounds, or many that name nothing would keep the process busy.
      if (count <= 0 && index < runs.length - 1)
        throw new UnreadableDocument('has a run in its timeline that names no segment');
    }
    for (let step = 0; step < count; step += 1) {
      yield { number, time };
      number += 1;
      time += duration;
    }
  }
  const hasBegun = window.live === undefined || window.live.toSeconds > 0;
  if (number === scale.startNumber && hasBegun)
    throw new UnreadableDocument('has a timeline that names no segment');
}
