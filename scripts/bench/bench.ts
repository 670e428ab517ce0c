/** What is wanted of a ratio. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

export type Verdict = 'met' | 'missed' | 'too noisy to say';

/** A bench's median figures, and what its rounds say about each target. */
export interface BenchResult {
  readonly name: string;
  /** Of `ours` and `others`. */
  readonly unit: string;
  readonly ours: number;
  readonly others: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly targets: Readonly<Record<string, Target & { readonly verdict: Verdict }>>;
  readonly notes?: Readonly<Record<string, number | string>>;
}

/** Takes one measurement and returns its figure. */
export type Contestant = (round: number) => Promise<number>;

export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(say: (line: string) => void): Promise<BenchResult>;
}

/** Fewer rounds show no spread. */
const LEAST_ROUNDS = 3;
/** From here on a single outlier at either end is left out of account. */
const ROUNDS_WITH_OUTLIERS = 5;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Returns the value with four significant digits, which is as exact as a bench is. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Returns whether all rounds, but for one outlier at either end, agree about the target. */
export function verdictOf(samples: readonly number[], target: Target): Verdict {
  if (samples.length < LEAST_ROUNDS) return 'too noisy to say';
  const sorted = [...samples].sort((a, b) => a - b);
  const counted = sorted.length < ROUNDS_WITH_OUTLIERS ? sorted : sorted.slice(1, -1);
  const met = counted.filter((value) =>
    'atLeast' in target ? value >= target.atLeast : value <= target.atMost,
  ).length;
  if (met === counted.length) return 'met';
  return met === 0 ? 'missed' : 'too noisy to say';
}

export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly others: Readonly<Record<string, readonly number[]>>;
  /** One value per round for each ratio: what is compared was measured in the same round. */
  readonly ratios: Readonly<Record<string, readonly number[]>>;
  readonly targets: Readonly<Record<string, Target>>;
  readonly notes?: BenchResult['notes'];
}

function medians(figures: Readonly<Record<string, readonly number[]>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, rounded(median(values))]));
}

/** Sums the rounds up: medians, and a verdict for each target whose ratio was measured. */
export function resultOf({ name, unit, ours, others, ratios, targets, notes }: Measured): BenchResult {
  const judged = Object.entries(targets).flatMap(([ratio, target]) => {
    const samples = ratios[ratio];
    return samples === undefined
      ? []
      : [[ratio, { ...target, verdict: verdictOf(samples, target) }] as const];
  });
  return {
    name,
    unit,
    ours: rounded(median(ours)),
    others: medians(others),
    ratios: medians(ratios),
    targets: Object.fromEntries(judged),
    ...(notes && { notes }),
  };
}

export interface Turns {
  readonly rounds: number;
  /** No measurement begins after this time; rounds that are not whole by then are dropped. @default 600 */
  readonly withinSeconds?: number;
}

/**
 * Lets the contestants measure in turn, round after round, so that whatever else the machine does hits all alike, and
 * returns their figures of the whole rounds. A first round warms up and is not counted; a round in which a contestant
 * fails, as fetches that time out on a busy machine do, is not counted either.
 * @throws the last failure, where no round was whole
 */
export async function inTurn<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  { rounds, withinSeconds = 600 }: Turns,
  say: (line: string) => void,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(contestants) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  const endsAt = performance.now() + withinSeconds * 1_000;
  let failure: unknown;

  async function measure(round: number): Promise<readonly number[] | undefined> {
    const measured: number[] = [];
    for (const name of names) {
      if (performance.now() > endsAt) return undefined;
      try {
        const figure = await contestants[name](round);
        say(`${round === 0 ? 'warm-up' : `round ${round}`}  ${name}: ${rounded(figure)}`);
        measured.push(figure);
      } catch (error) {
        failure = error;
        say(`round ${round} is not counted: ${name}: ${error instanceof Error ? error.message : error}`);
        return undefined;
      }
    }
    return measured;
  }

  for (let round = 0; round <= rounds; round += 1) {
    const measured = await measure(round);
    if (round === 0 || !measured) continue;
    for (const [index, name] of names.entries()) figures[name].push(measured[index] ?? Number.NaN);
  }
  const whole = Math.max(...names.map((name) => figures[name].length));
  if (whole === 0) throw failure ?? new Error(`no round was whole within ${withinSeconds} s`);
  if (whole < rounds) say(`${whole} of ${rounds} rounds counted`);
  return figures;
}

/** Returns ours over each of the others, round by round. */
export function ratiosOf(
  ours: readonly number[],
  others: Readonly<Record<string, readonly number[]>>,
): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(others).map(([name, theirs]) => [
      name,
      ours.map((value, round) => value / (theirs[round] ?? Number.NaN)),
    ]),
  );
}
