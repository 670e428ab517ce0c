import { constructPathsOf } from '../input/construct-paths';
import { isSame } from '../model/json-value';
import { type ReviewStackOptions, reviewStack } from '../model/review-stack';
import type { StackReview } from '../model/stack-review';
import { configurationPlan, withoutComments } from './configuration-plan';
import type { SynthesizedStack } from './synthesized-stacks';

/** What two syntheses differ in. */
export interface SynthComparison {
  readonly stacks: readonly StackReview[];
  /** Stacks that are to be planned: those that differ and are still there. */
  readonly needPlan: readonly string[];
}

/** Compares two syntheses stack by stack. */
export function compareSyntheses(
  base: ReadonlyMap<string, SynthesizedStack>,
  head: ReadonlyMap<string, SynthesizedStack>,
  options: Omit<ReviewStackOptions, 'name' | 'source' | 'constructPaths'> = {},
): SynthComparison {
  const names = [...new Set([...base.keys(), ...head.keys()])].sort();
  const stacks = names.map((name) => {
    const [old, fresh] = [base.get(name)?.configuration, head.get(name)?.configuration];
    const { plan, otherBlocks } = configurationPlan(old, fresh);
    const constructPaths = new Map([
      ...(old === undefined ? [] : constructPathsOf(old)),
      ...(fresh === undefined ? [] : constructPathsOf(fresh)),
    ]);
    return {
      ...reviewStack(plan, { ...options, name, source: 'configuration', constructPaths }),
      configurationBlocks: otherBlocks,
    };
  });
  const needPlan = [...head].filter(([name, stack]) => differs(base.get(name), stack)).map(([name]) => name);
  return { stacks, needPlan: needPlan.sort() };
}

/** Comments tell versions and places of constructs: no reason for a plan. */
function differs(base: SynthesizedStack | undefined, head: SynthesizedStack): boolean {
  if (base === undefined) return true;
  return (
    base.assets !== head.assets ||
    !isSame(withoutComments(base.configuration), withoutComments(head.configuration))
  );
}
