import type { Action } from '../model/actions';
import { fingerprintOfAll } from '../model/fingerprint';
import type { JsonValue } from '../model/json-value';
import type { StackReview } from '../model/stack-review';
import type { ReviewJson } from './json';

/** Returns the stacks of a review that was written as JSON, to be rendered again, together with others. */
export function stacksFromJson(review: ReviewJson): readonly StackReview[] {
  return review.stacks.map((stack) => {
    const { needsEyes: _derived, changes, ...rest } = stack;
    return {
      ...withoutUndefined(rest),
      changes: changes.map(({ action, order, ...change }) => ({
        ...withoutUndefined(change),
        action: actionFrom(action, order),
      })),
    } as StackReview;
  });
}

function actionFrom(
  kind: ReviewJson['stacks'][number]['changes'][number]['action'],
  order: 'gap' | 'no-gap' | 'kept' = 'gap',
): Action {
  return kind === 'replace' ? { kind, order } : { kind };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]: [string, JsonValue | undefined]) => item !== undefined),
  ) as T;
}

/** Returns the fingerprint over all stacks of a review. Of one stack it is the stack's own: what its file is called says nothing. */
export function reviewFingerprint(stacks: readonly StackReview[]): string {
  const [first, ...others] = stacks;
  if (first !== undefined && others.length === 0) return first.fingerprint;
  return fingerprintOfAll(stacks.map((stack) => `${stack.name} ${stack.fingerprint}`));
}
