import type { Sample } from '../../api/request-events';

/** Own choice: enough for a chart, 100 KiB. */
const MAX_SAMPLES = 600;

/**
 * The course of a request from its first sample to the newest, in bounded memory: when it is full, every second sample goes, and
 * further ones come half as often.
 */
export class SampleSeries {
  #samples: Sample[] = [];
  #every = 1;
  #skipped = 0;

  constructor(private readonly maxSamples = MAX_SAMPLES) {}

  /** @param isLast true for one that is kept whatever the pace */
  add(sample: Sample, isLast = false): void {
    const newest = this.#samples.at(-1);
    if (newest !== undefined && sample.at <= newest.at) return;
    this.#skipped += 1;
    if (this.#skipped < this.#every && newest !== undefined && !isLast) return;
    this.#skipped = 0;
    this.#samples.push(sample);
    if (this.#samples.length <= this.maxSamples) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }

  /** Returns the samples later than `after` (epoch milliseconds), in order. */
  since(after: number): readonly Sample[] {
    const first = this.#samples.findIndex(({ at }) => at > after);
    return first < 0 ? [] : this.#samples.slice(first);
  }
}
