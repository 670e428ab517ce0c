import { nothingLeft } from './exhaustive';
import { type LatencyHistogram, mergeHistogram, observe } from './latency-histogram';
import { type FetchOutcome, isWarm, OUTCOME_KINDS, type OutcomeKind } from './outcome';

/** What a set of fetches came to. Tallies add up: slice to PoP to request. */
export interface Tally {
  /** Fetches done, whatever came of them. */
  readonly fetches: number;
  /** Body bytes read. */
  readonly bytes: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  readonly latency: LatencyHistogram;
}

export interface MutableTally {
  fetches: number;
  bytes: number;
  outcomes: Record<OutcomeKind, number>;
  latency: Record<string, number>;
}

export function emptyTally(): MutableTally {
  return {
    fetches: 0,
    bytes: 0,
    outcomes: Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as Record<OutcomeKind, number>,
    latency: {},
  };
}

/** Adds one outcome in place. */
export function addOutcome(tally: MutableTally, outcome: FetchOutcome): void {
  tally.fetches += 1;
  tally.outcomes[outcome.kind] += 1;
  if ('bytes' in outcome) tally.bytes += outcome.bytes;
  if ('durationMs' in outcome) observe(tally.latency, outcome.durationMs);
}

/** Adds `from` to `into` in place. */
export function mergeTally(into: MutableTally, from: Tally): void {
  const { fetches, bytes, outcomes, latency, ...rest } = from;
  nothingLeft(rest);
  into.fetches += fetches;
  into.bytes += bytes;
  for (const kind of OUTCOME_KINDS) into.outcomes[kind] += outcomes[kind];
  mergeHistogram(into.latency, latency);
}

/** Fetches that left the object on the edge. */
export function warmCount(tally: Tally): number {
  return tally.outcomes.warmed + tally.outcomes['already-warm'];
}

export function failedCount(tally: Tally): number {
  return OUTCOME_KINDS.filter((kind) => !isWarm(kind)).reduce((sum, kind) => sum + tally.outcomes[kind], 0);
}
