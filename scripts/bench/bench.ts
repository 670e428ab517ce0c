/** Result of a bench: Warmpath's figure, those of other programs in the same unit, and the ratio of ours to each. */
export interface BenchResult {
  readonly name: string;
  /** Unit of all figures but the ratios. */
  readonly unit: string;
  readonly ours: number;
  readonly others: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  /** Ratios that are wanted; a bound of a kind other than "at least" is in the ratio's own name. */
  readonly targets: Readonly<Record<string, number>>;
  readonly notes?: Readonly<Record<string, number | string>>;
}

/** Measures once, prints a line about it, and returns the figure. */
export type Contestant = (round: number) => Promise<number>;

export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(say: (line: string) => void): Promise<BenchResult>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Rounds to three significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * Lets the contestants measure in turn, round after round, so that whatever else the machine does hits all alike.
 * A first round warms up and is not counted. Returns the median of each.
 */
export async function inTurn<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  rounds: number,
  say: (line: string) => void,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(contestants) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const figure = await contestants[name](round);
      say(`${round === 0 ? 'warm-up' : `round ${round}`}  ${name}: ${rounded(figure)}`);
      if (round > 0) figures[name].push(figure);
    }
  }
  return Object.fromEntries(names.map((name) => [name, rounded(median(figures[name]))])) as Record<
    Name,
    number
  >;
}

/** Returns the ratio of our figure to each of the others. */
export function ratiosOf(ours: number, others: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(others).map(([name, theirs]) => [name, rounded(ours / theirs)]));
}
