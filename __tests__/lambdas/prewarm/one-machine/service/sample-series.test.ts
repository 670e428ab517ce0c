import fc from 'fast-check';
import { emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import { SampleSeries } from '../../../../../lambdas/prewarm/one-machine/service/sample-series';

function sampleAt(at: number) {
  return { at, fetches: at, bytes: at, outcomes: emptyTally().outcomes };
}

describe('the course of a request', () => {
  it('keeps the first and the last sample, in order and bounded, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 400 }), (steps) => {
        const series = new SampleSeries(20);
        let at = 0;
        for (const step of steps) {
          at += step;
          series.add(sampleAt(at));
        }
        series.add(sampleAt(at + 1), true);
        const times = series.since(0).map((sample) => sample.at);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        expect(times[0]).toBe(steps[0]);
        expect(times.length).toBeLessThanOrEqual(20);
        if (steps.length < 19) expect(times).toHaveLength(steps.length + 1);
      }),
    );
  });

  it('tells what is later than a sample, and nothing of a time that stands still or goes back', () => {
    const series = new SampleSeries();
    for (const at of [10, 20, 20, 15, 30]) series.add(sampleAt(at));
    expect(series.since(0).map(({ at }) => at)).toEqual([10, 20, 30]);
    expect(series.since(10).map(({ at }) => at)).toEqual([20, 30]);
    expect(series.since(30)).toEqual([]);
  });
});
