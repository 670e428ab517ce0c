/** The figures of a request at one moment. */
export interface CourseSample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fetches: number;
  readonly bytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** What a request does in a second. */
export interface Rates {
  readonly fetches: number;
  readonly bytes: number;
}

const RATE_WINDOW_MS = 10_000;
/** Longer rows are thinned: no screen shows more. */
const MAX_SAMPLES = 1_200;

/** Returns a row of samples with one more, where that is newer than the last. */
export function withSample(samples: readonly CourseSample[], sample: CourseSample): readonly CourseSample[] {
  if (sample.at <= (samples.at(-1)?.at ?? 0)) return samples;
  const all = [...samples, sample];
  return all.length <= MAX_SAMPLES
    ? all
    : all.filter((_, index) => index % 2 === 0 || index === all.length - 1);
}

/** Returns the rates over the last ten seconds; undefined while there are fewer than two samples. */
export function ratesOf(samples: readonly CourseSample[]): Rates | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const first = samples.find(({ at }) => at >= last.at - RATE_WINDOW_MS);
  if (first === undefined || first.at === last.at) return undefined;
  const seconds = (last.at - first.at) / 1000;
  return { fetches: (last.fetches - first.fetches) / seconds, bytes: (last.bytes - first.bytes) / seconds };
}
