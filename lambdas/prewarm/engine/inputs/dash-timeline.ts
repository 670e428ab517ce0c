import { UnreadableDocument } from '../ports/document-reader';
import { childrenOf, type MpdNode, numberOf, wholeNumberOf } from './dash-manifest';

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

/** Returns where an open run stops that no other run follows, in units of the timescale. */
function endOfPeriod({ timescale, offset }: TimelineScale, { durationSeconds, live }: SegmentWindow): bigint {
  const seconds = durationSeconds ?? live?.toSeconds;
  if (seconds === undefined) throw new UnreadableDocument('does not say how long it is');
  const units = Math.max(0, Math.ceil(seconds * timescale - ROUNDING_UNITS));
  return offset + BigInt(Math.min(units, MAX_UNITS));
}

/** Own choice: a pattern repeats, so that it is short. */
const MAX_PATTERN_LENGTH = 10_000;

/** Durations of a run that follows a pattern: of one segment after the other, from the entry that the run begins with. */
function* patternDurations(timeline: MpdNode, run: MpdNode): Iterable<bigint> {
  const { p: id } = run.attributes;
  const pattern = childrenOf(timeline, 'Pattern').find(({ attributes }) => attributes['id'] === id);
  const durations: bigint[] = [];
  for (const entry of pattern === undefined ? [] : childrenOf(pattern, 'P')) {
    const duration = wholeNumberOf(entry, 'd');
    const count = (numberOf(entry, 'r') ?? 0) + 1;
    if (
      duration === undefined ||
      duration <= 0n ||
      count < 1 ||
      durations.length + count > MAX_PATTERN_LENGTH
    )
      throw new UnreadableDocument('has a pattern in its timeline that names no durations');
    durations.push(...new Array<bigint>(count).fill(duration));
  }
  const first = numberOf(run, 'pE') ?? 0;
  const count = (numberOf(run, 'r') ?? 0) + 1;
  for (let step = 0; step < count; step += 1) {
    const duration = durations[(first + step) % durations.length];
    if (duration === undefined)
      throw new UnreadableDocument('has a run in its timeline whose pattern is missing');
    yield duration;
  }
}

/**
 * Yields the segments of a SegmentTimeline. Times are counted as big integers: they have 64 bits, and beyond 2^53 a number would
 * make another segment's URL of them. A run of duration 0 stands for segments that are not there.
 * @throws UnreadableDocument also where no segment is named, unless those of a live stream are yet to come
 */
export function* timelineSegments(
  timeline: MpdNode,
  scale: TimelineScale,
  window: SegmentWindow,
): Iterable<SegmentNumbers> {
  // Not filtered: thousands of representations may inherit a timeline of thousands of runs.
  const { children } = timeline;
  const runs = children[0]?.name === 'Pattern' ? childrenOf(timeline, 'S') : children;
  let time = 0n;
  let number = scale.startNumber;
  let isEmpty = true;
  for (const [index, run] of runs.entries()) {
    time = wholeNumberOf(run, 't') ?? time;
    number = numberOf(run, 'n') ?? number;
    if (run.attributes['p'] !== undefined) {
      for (const duration of patternDurations(timeline, run)) {
        if (number <= scale.endNumber) yield { number, time };
        isEmpty = false;
        number += 1;
        time += duration;
      }
      continue;
    }
    const duration = wholeNumberOf(run, 'd');
    if (duration === undefined || duration < 0n)
      throw new UnreadableDocument('has a segment without duration');
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
  // The newest period of a live stream may be announced before it has a segment.
  const mayBeEmpty = window.live !== undefined && (runs.length === 0 || window.live.toSeconds <= 0);
  if (isEmpty && !mayBeEmpty) throw new UnreadableDocument('has a timeline that names no segment');
}
