import * as fc from 'fast-check';
import { inTurn, median, ratiosOf, resultOf, verdictOf } from '../../../scripts/bench/bench';

describe('the verdict on a target', () => {
  it('needs rounds that agree, but for one outlier at either end', () => {
    expect(verdictOf([1.4, 1.5, 1.6], { atLeast: 1.3 })).toBe('met');
    expect(verdictOf([1.1, 1.2, 1.0], { atLeast: 1.3 })).toBe('missed');
    expect(verdictOf([1.2, 1.4, 1.5], { atLeast: 1.3 })).toBe('too noisy to say');
    expect(verdictOf([0.2, 1.4, 1.5, 1.6, 9], { atLeast: 1.3 })).toBe('met');
    expect(verdictOf([0.9, 1.1, 0.8, 1.2, 0.7], { atMost: 1 })).toBe('too noisy to say');
    expect(verdictOf([0.9, 1, 0.8, 2, 0.7], { atMost: 1 })).toBe('met');
  });

  it('is never given by fewer than three rounds', () => {
    for (const samples of [[], [2], [2, 2]])
      expect(verdictOf(samples, { atLeast: 1 })).toBe('too noisy to say');
  });

  it('is never both met from below and from above', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 3 }),
        fc.double({ noNaN: true }),
        (samples, at) => {
          const verdicts = [verdictOf(samples, { atLeast: at }), verdictOf(samples, { atMost: at })];
          if (!samples.includes(at)) expect(verdicts).not.toEqual(['met', 'met']);
          expect(verdicts).not.toEqual(['missed', 'missed']);
        },
      ),
    );
  });
});

describe('rounds in turn', () => {
  const said: string[] = [];
  function say(line: string): void {
    said.push(line);
  }

  it('let every contestant measure once a round, and do not count the first', async () => {
    const order: string[] = [];
    function contestant(name: string) {
      return async (round: number) => {
        order.push(`${name}${round}`);
        return round;
      };
    }
    const figures = await inTurn({ ours: contestant('a'), theirs: contestant('b') }, { rounds: 2 }, say);
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(figures).toEqual({ ours: [1, 2], theirs: [1, 2] });
  });

  it('drop a round in which one fails, so that ratios compare the same moment', async () => {
    const figures = await inTurn(
      {
        ours: async (round) => round * 10,
        theirs: async (round) => {
          if (round === 2) throw new Error('timed out');
          return round;
        },
      },
      { rounds: 3 },
      say,
    );
    expect(figures).toEqual({ ours: [10, 30], theirs: [1, 3] });
    expect(said.join('\n')).toContain('round 2 is not counted: theirs: timed out');
  });

  it('begin nothing after their time', async () => {
    let measured = 0;
    async function ours(): Promise<number> {
      measured += 1;
      return 1;
    }
    await expect(inTurn({ ours }, { rounds: 1_000, withinSeconds: -1 }, say)).rejects.toThrow(
      'no round was whole',
    );
    expect(measured).toBe(0);
  });

  it('fail with the last failure where no round was whole', async () => {
    function ours(): Promise<number> {
      return Promise.reject(new Error('7 of 9 fetches warm'));
    }
    await expect(inTurn({ ours }, { rounds: 2 }, say)).rejects.toThrow('7 of 9 fetches warm');
  });
});

it('a result has the medians of the rounds, and a verdict for each ratio that was measured', () => {
  const [ours, others] = [[10, 30, 20], { curl: [5, 10, 10] }];
  expect(median([4, 1, 3, 2])).toBe(2.5);
  const targets = { curl: { atLeast: 2 }, wrk: { atLeast: 0.4 } };
  const ratios = ratiosOf(ours, others);
  expect(resultOf({ name: 'x', unit: 'URLs/s', ours, others, ratios, targets })).toEqual({
    name: 'x',
    unit: 'URLs/s',
    ours: 20,
    others: { curl: 10 },
    ratios: { curl: 2 },
    targets: { curl: { atLeast: 2, verdict: 'met' } },
  });
});
