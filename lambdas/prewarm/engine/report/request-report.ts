import type { PopCode } from '../model/ids';
import { percentileMs } from '../model/latency-histogram';
import type { OutcomeKind } from '../model/outcome';
import type { PopRecord, RequestRecord } from '../model/request';
import { failedCount, type Tally, warmCount } from '../model/tally';
import type { PopEntry } from '../ports/pop-directory';

/** A tally with what a reader wants to know of it. */
export interface Figures {
  readonly fetches: number;
  readonly warm: number;
  readonly failed: number;
  readonly bytes: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Share (0 to 1) of the fetches that the edge answered from its cache; absent where nothing was fetched. */
  readonly hitRatio?: number;
  /** Share (0 to 1) of the fetches that left the object on the edge; absent where nothing was fetched. */
  readonly warmRatio?: number;
  /** Times to the last byte, in milliseconds; absent where nothing was timed. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
}

export interface PopReport {
  readonly pop: PopCode;
  readonly status: PopRecord['status'];
  readonly message?: string;
  readonly hasNoAddress?: true;
  /** Where it stands, if the directory knows it. */
  readonly place?: PopEntry;
  readonly figures: Figures;
}

/** All that a report says of a request, except its failures, which are streamed. */
export interface RequestReport {
  readonly record: RequestRecord;
  readonly figures: Figures;
  /** In the order of their codes. */
  readonly pops: readonly PopReport[];
}

export function figuresOf(tally: Tally): Figures {
  const warm = warmCount(tally);
  const p50Ms = percentileMs(tally.latency, 0.5);
  const p95Ms = percentileMs(tally.latency, 0.95);
  const p99Ms = percentileMs(tally.latency, 0.99);
  return {
    fetches: tally.fetches,
    warm,
    failed: failedCount(tally),
    bytes: tally.bytes,
    outcomes: tally.outcomes,
    ...(tally.fetches > 0 && {
      hitRatio: tally.outcomes['already-warm'] / tally.fetches,
      warmRatio: warm / tally.fetches,
    }),
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
  };
}

/** Puts together what is known of a request; `findPlace` is the PoP directory's `find`. */
export function reportOf(
  record: RequestRecord,
  pops: readonly PopRecord[],
  findPlace: (pop: PopCode) => PopEntry | undefined,
): RequestReport {
  return {
    record,
    figures: figuresOf(record.progress),
    pops: pops.map((pop) => {
      const place = findPlace(pop.pop);
      return {
        pop: pop.pop,
        status: pop.status,
        ...(pop.message !== undefined && { message: pop.message }),
        ...(pop.hasNoAddress && { hasNoAddress: pop.hasNoAddress }),
        ...(place !== undefined && { place }),
        figures: figuresOf(pop.progress),
      };
    }),
  };
}
