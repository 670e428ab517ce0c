import type { StackReview } from '../model/stack-review';
import type { PolicyResult } from '../policy/policy';

/** Whether a fresh plan is the one that was reviewed. */
export interface ExpectationResult {
  readonly expected: string;
  readonly isSame: boolean;
  /** What differs, in sentences; known where the earlier review is at hand. */
  readonly differences: readonly string[];
}

/** Everything that one call of `warmpath review` says. */
export interface Review {
  readonly stacks: readonly StackReview[];
  readonly fingerprint: string;
  readonly policy?: PolicyResult;
  readonly expectation?: ExpectationResult;
  /** Stacks that have to be planned; known from a comparison of configurations. */
  readonly needPlan?: readonly string[];
  /** Where the review is found whole, when this one is cut. @default - nothing is said */
  readonly wholeAt?: string;
}
