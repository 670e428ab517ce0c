/** Sources whose rules are mutated, the tests that state those rules, and the share of mutants that these notice at least. */
export interface MutantGroup {
  readonly name: string;
  /** Paths from the root. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
  /** In per cent; what was measured, rounded down. */
  readonly floor: number;
}

const PREWARM = 'lambdas/prewarm';
const TESTS = `__tests__/${PREWARM}`;

export const MUTANT_GROUPS: readonly MutantGroup[] = [
  {
    name: 'classify',
    sources: [`${PREWARM}/engine/warming/classify.ts`],
    tests: [`${TESTS}/engine/warming/classify.test.ts`],
    floor: 93,
  },
  {
    name: 'transport-head',
    sources: [`${PREWARM}/net/transport-head.ts`],
    tests: [`${TESTS}/net/transport-answer.test.ts`, `${TESTS}/net/transport-request.test.ts`],
    floor: 80,
  },
  {
    name: 'plan',
    sources: [`${PREWARM}/engine/flow/plan.ts`],
    tests: [`${TESTS}/engine/flow/segments.test.ts`, `${TESTS}/engine/flow/steps.test.ts`],
    floor: 85,
  },
  {
    name: 'task-queue',
    sources: [`${PREWARM}/one-machine/adapters/task-queue.ts`],
    tests: [`${TESTS}/one-machine/adapters/contract.test.ts`],
    floor: 63,
  },
  {
    name: 'request rules',
    sources: ['url', 'header', 'host-rule', 'normalise-urls'].map(
      (name) => `${PREWARM}/engine/request/${name}.ts`,
    ),
    tests: ['body', 'headers', 'host-name', 'url', 'urls'].map(
      (name) => `${TESTS}/engine/request/${name}.test.ts`,
    ),
    floor: 67,
  },
];
