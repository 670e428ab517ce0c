import { UnreadableDocument } from '../ports/document-reader';
import { type MpdNode, numberOf, wholeNumberOf } from './dash-manifest';

/** What segments are counted against, in seconds. */
export interface SegmentWindow {
  /** Length of the period; unknown for the last period of a live stream. */
  readonly durationSeconds: number | undefined;
  /** Of a live stream: where the oldest and the newest available segment end, from the period's start. */
  readonly live: { readonly fromSeconds: number; readonly toSeconds: number } | undefined;
}

/** The values that a template takes for one of its segments. */
export interface SegmentNumbers {
  readonly number: number;
  /** In units of the timescale. */
  readonly time: number | bigint;
  /** Segments in the sequence that stands here; absent where it is a single one. */
  readonly sequenceLength?: number | undefined;
}

/** How a timeline counts. */
export interface TimelineScale {
  readonly startNumber: number;
  /** The last segment that there is. */
  readonly endNumber: number;
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
 * would make another segment's URL of them. A run of duration 0 stands for segments that are not there.
 * @throws UnreadableDocument also where no segment is named, unless the period has yet to begin
 */
export function* timelineSegments(
  timeline: MpdNode,
  scale: TimelineScale,
  window: SegmentWindow,
): Iterable<SegmentNumbers> {
  // Not filtered: thousands of representations may inherit a timeline of thousands of runs.
  const runs = timeline.children;
  let time = 0n;
  let number = scale.startNumber;
  let isEmpty = true;
  for (const [index, run] of runs.entries()) {
    const duration = wholeNumberOf(run, 'd');
    if (duration === undefined || duration < 0n)
      throw new UnreadableDocument('has a segment without duration');
    time = wholeNumberOf(run, 't') ?? time;
    number = numberOf(run, 'n') ?? number;
    const repeat = numberOf(run, 'r') ?? 0;
    let count = repeat + 1;
    if (repeat < 0) {
      const end = wholeNumberOf(runs[index + 1], 't') ?? endOfPeriod(scale, window);
      count = duration === 0n ? 0 : Number((end - time + duration - 1n) / duration);
      // Each run must count towards the bounds, or many that name nothing would keep the process busy.
      if (count <= 0 && index < runs.length - 1)
        throw new UnreadableDocument('has a run in its timeline that names no segment');
    }
    if (duration === 0n) {
      number += count;
      continue;
    }
    const sequenceLength = numberOf(run, 'k');
    for (let step = 0; step < count && number <= scale.endNumber; step += 1) {
      yield { number, time, sequenceLength };
      isEmpty = false;
      number += 1;
      time += duration;
    }
  }
  const hasBegun = window.live === undefined || window.live.toSeconds > 0;
  if (isEmpty && hasBegun) throw new UnreadableDocument('has a timeline that names no segment');
}
