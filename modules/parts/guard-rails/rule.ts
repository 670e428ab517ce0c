import type { SeenResource, StackView } from './stack-view';

/** What a guard rail found, in the order a reader needs it. */
export interface Finding {
  readonly resource: SeenResource;
  /** The rule, with what was found instead. */
  readonly rule: string;
  /** What happens if it stays as it is. */
  readonly consequence: string;
  /** What to write instead. */
  readonly fix: string;
}

/** A check over a whole stack; it finds nothing in a stack that keeps the rule. */
export type GuardRail = (stack: StackView) => readonly Finding[];
