/** Finds which mutants of a group its tests notice. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { MutantGroup } from './groups';
import { instrument, type Mutant } from './instrument';
import { type Ran, TestRunner } from './test-runner';

export type Fate = 'noticed' | 'survived' | 'never reached';

export interface Judged {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

const BASELINE_SECONDS = 600;
/** A mutant gets so many times what the tests took, and at least this; a machine may be busy. */
const PATIENCE = 20;
const LEAST_SECONDS = 30;
const HITS = 100;

function failuresOf({ results, unhandledErrors }: Ran): readonly string[] {
  return [
    ...Object.entries(results).flatMap(([name, failure]) => (failure ? [`${name}: ${failure}`] : [])),
    ...unhandledErrors,
  ];
}

/**
 * Returns the fate of each mutant of a group; `tell` hears of each as it is known.
 *
 * @throws Error where the tests fail without any mutant
 */
export async function judgeGroup(
  root: string,
  { name, sources, tests }: MutantGroup,
  tell: (judged: Judged) => void,
): Promise<readonly Judged[]> {
  const { mutants, sources: instrumented } = await instrument(root, sources);
  const files = tests.map((path) => join(root, path));
  const runners = Array.from({ length: availableParallelism() }, () => new TestRunner(instrumented));
  try {
    const started = performance.now();
    const baseline = await runners[0]?.run({ tests: files }, BASELINE_SECONDS);
    const seconds = (performance.now() - started) / 1_000;
    const failures = baseline ? failuresOf(baseline) : ['they did not end'];
    if (baseline?.coverage === undefined || failures.length > 0)
      throw new Error(`the tests of ${name} fail without a mutant:\n${failures.join('\n')}`);
    const { coverage } = baseline;
    const timeoutSeconds = Math.max(LEAST_SECONDS, PATIENCE * seconds);

    async function judge(runner: TestRunner, mutant: Mutant): Promise<Fate> {
      const reaching = Object.entries(coverage.perTest).filter(([, hits]) => hits[mutant.id]);
      const atLoading = coverage.static[mutant.id] !== undefined;
      if (reaching.length === 0 && !atLoading) return 'never reached';
      const hits = reaching.reduce((sum, [, of]) => sum + (of[mutant.id] ?? 0), 0);
      const asked = {
        tests: files,
        mutant: mutant.id,
        ...(!atLoading && { only: reaching.map(([test]) => test), hitLimit: HITS * hits }),
      };
      const ran = await runner.run(asked, timeoutSeconds);
      return ran !== undefined && failuresOf(ran).length === 0 ? 'survived' : 'noticed';
    }

    const waiting = [...mutants];
    const judged: Judged[] = [];
    await Promise.all(
      runners.map(async (runner) => {
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
          const one = { mutant, fate: await judge(runner, mutant) };
          judged.push(one);
          tell(one);
        }
      }),
    );
    return judged.sort((left, right) => Number(left.mutant.id) - Number(right.mutant.id));
  } finally {
    for (const runner of runners) runner.close();
  }
}
