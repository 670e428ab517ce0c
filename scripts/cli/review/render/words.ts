import { variableAt } from '../meaning/environment';
import type { Action } from '../model/actions';
import type { AttributeChange } from '../model/attribute-changes';
import { nounOf } from '../model/consequences';
import { displayText } from '../model/json-value';
import {
  COUNT_NAMES,
  type Counts,
  type DriftGroup,
  type ResourceReview,
  type StackReview,
} from '../model/stack-review';

const COUNT_WORDS: Readonly<Record<keyof Counts, string>> = {
  add: 'to add',
  change: 'to change',
  replace: 'to replace',
  destroy: 'to destroy',
  move: 'to move',
  import: 'to import',
  forget: 'to forget',
  read: 'to read',
};

/** `1 to add, 2 to replace`, or `nothing in resources`. */
export function countsText(counts: Counts): string {
  const parts = COUNT_NAMES.filter((name) => counts[name] > 0).map(
    (name) => `${counts[name]} ${COUNT_WORDS[name]}`,
  );
  return parts.join(', ') || 'no resource changes';
}

/** Says of which stacks HCP Terraform gave the redacted plan; undefined where of none. */
export function redactedText(stacks: readonly StackReview[]): string | undefined {
  const redacted = stacks.filter(({ source }) => source === 'redacted-plan').map(({ name }) => name);
  if (redacted.length === 0) return undefined;
  const which =
    redacted.length === stacks.length ? 'this plan' : `the plan of ${redacted.slice(0, 10).join(', ')}`;
  return `HCP Terraform redacted ${which}: configuration, variables and sensitive values are not in it, and a change of such a value is not seen.`;
}

/** Terraform's own signs. */
export function signOf(action: Action): string {
  if (action.kind === 'replace') return action.order === 'gap' ? '-/+' : '+/-';
  return { 'no-op': '=', create: '+', read: '<=', update: '~', delete: '-', forget: '.' }[action.kind];
}

/** What happens to the object, in words. */
export function verbOf({ action, deposed }: ResourceReview): string {
  switch (action.kind) {
    case 'replace':
      if (action.order === 'kept') return 'replaced; the old object is forgotten and stays in the account';
      return action.order === 'gap'
        ? 'replaced: the old one is deleted before the new one is created'
        : 'replaced: the new one is created before the old one is deleted';
    case 'delete':
      return deposed === undefined
        ? 'deleted'
        : `the deposed object ${deposed} is deleted; the current one stays`;
    case 'forget':
      return 'forgotten: it stays in the account and is no longer managed, not destroyed';
    case 'create':
      return 'created';
    case 'update':
      return 'changed';
    case 'read':
      return 'read during the apply';
    case 'no-op':
      return 'not changed in the account';
  }
}

/** What is lost, as a whole sentence; undefined where nothing is. */
export function lossOf({ type, action, consequence }: ResourceReview): string | undefined {
  if (consequence === undefined) return undefined;
  return `${nounOf(type)} is ${action.kind === 'replace' ? 'replaced' : 'deleted'}: ${consequence.lost}`;
}

/** Both sides of a difference as text. */
export function sidesOf(change: AttributeChange): { readonly before: string; readonly after: string } {
  return {
    before: change.before === undefined ? '(none)' : displayText(change.before),
    after: change.isUnknown
      ? '(known after apply)'
      : change.after === undefined
        ? '(none)'
        : displayText(change.after),
  };
}

/** What stands before objects that nobody changed. */
export const APPARENT_DRIFT =
  'not counted as drift, as only empty values differ, or what other resources of the plan fill in';

/** What is said of a change without any difference. */
export const FORM_ONLY = 'nothing differs but order, form or empty values';

/** Returns whether a change has no difference that a review shows. */
export function saysNothing({ action, attributes, meaning }: ResourceReview): boolean {
  return action.kind === 'update' && attributes.length === 0 && meaning.length === 0;
}

/** The attributes for which an object is replaced, without those that only follow from others. */
export function causesOf({ attributes, replacePaths }: ResourceReview): readonly AttributeChange[] {
  return attributes.filter(
    ({ path, before, isUnknown }) =>
      replacePaths.some((cause) => path.startsWith(cause)) && !(isUnknown && before === ''),
  );
}

/** The attributes that no sentence tells: environment variables are named in one, and their values are not shown. */
export function untoldAttributes({ attributes, meaning }: ResourceReview): readonly AttributeChange[] {
  if (!meaning.some((sentence) => sentence.startsWith('environment variables '))) return attributes;
  return attributes.filter(({ path }) => variableAt(path) === undefined);
}

/** What follows a plan that is not complete. */
export function incompleteText({ deferred }: StackReview): string {
  const next = 'another plan follows this apply';
  if (deferred.length === 0) return next;
  return `${deferred.length} ${deferred.length === 1 ? 'change is' : 'changes are'} deferred, ${next}`;
}

export function checkVerb(status: string): string {
  return status === 'error' ? 'cannot be evaluated' : 'fails';
}

/** What becomes of a drift. */
export function driftText({ outcome }: DriftGroup): string {
  switch (outcome) {
    case 'put-back':
      return 'this plan puts it back';
    case 'kept':
      return 'kept: this plan does not touch it';
    case 'neither':
      return 'neither put back nor kept: the plan sets a third value';
    case 'deleted':
      return 'deleted outside of Terraform; this plan does not create it again';
    case 'recreated':
      return 'deleted outside of Terraform; this plan creates it again';
  }
}
