import type { Action } from './actions';
import type { AttributeChange } from './attribute-changes';
import type { Consequence } from './consequences';
import type { JsonValue } from './json-value';

/** How many objects a plan touches, by what happens to them. One object can count in several, such as a moved one that is updated. */
export interface Counts {
  readonly add: number;
  readonly change: number;
  readonly replace: number;
  readonly destroy: number;
  readonly move: number;
  readonly import: number;
  readonly forget: number;
  readonly read: number;
}

export const COUNT_NAMES = [
  'add',
  'change',
  'replace',
  'destroy',
  'move',
  'import',
  'forget',
  'read',
] as const;

/** Kinds of findings that a policy can fail on. */
export const FINDING_KINDS = ['replace', 'delete', 'data-loss', 'iam-wider', 'public'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  readonly sentence: string;
}

/** A finding of another tool about a resource or a file of the stack. */
export interface ToolFinding {
  readonly tool: string;
  readonly rule: string;
  readonly level: 'error' | 'warning' | 'note' | 'none';
  readonly message: string;
  readonly address?: string;
  readonly location?: string;
}

/** What a plan does to one object. Holds no secret. */
export interface ResourceReview {
  readonly address: string;
  readonly type: string;
  readonly action: Action;
  /** Address before a move. */
  readonly previousAddress?: string;
  /** What an import names the object by. */
  readonly importId?: string;
  /** The import comes with configuration that Terraform wrote and nobody committed yet. */
  readonly hasGeneratedConfig: boolean;
  /** Key of an old object that was left over by an earlier apply; address and key together are unique. */
  readonly deposed?: string;
  /** Path of the construct in the app; absent where the synthesized stack is not at hand. */
  readonly constructPath?: string;
  readonly reason?: string;
  /** Attributes for which it is replaced. */
  readonly replacePaths: readonly string[];
  readonly attributes: readonly AttributeChange[];
  /** What the change means, in sentences for an operator. */
  readonly meaning: readonly string[];
  /** What is lost or stops; absent where nothing is deleted or nothing is known of the type. */
  readonly consequence?: Consequence;
  readonly findings: readonly Finding[];
  readonly toolFindings: readonly ToolFinding[];
  /** Order among all that a review shows, the most important first: 0 loses data, 9 changes nothing in the account. */
  readonly rank: number;
  readonly fingerprint: string;
}

export interface OutputReview {
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  readonly isUnknown: boolean;
  readonly isSensitive: boolean;
}

export type DriftOutcome = 'put-back' | 'kept' | 'neither';

/** Objects of one type that were changed outside of Terraform in one attribute, with one outcome. */
export interface DriftGroup {
  readonly type: string;
  /** Absent where the objects were deleted. */
  readonly path?: string;
  readonly outcome: DriftOutcome | 'deleted' | 'recreated';
  readonly addresses: readonly string[];
  /** Of the first address. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  readonly planned?: JsonValue;
  /** The plan follows from this drift, as far as Terraform tells. */
  readonly isRelevant: boolean;
}

export interface DriftReview {
  readonly objects: number;
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  readonly groups: readonly DriftGroup[];
}

export interface DeferredReview {
  readonly address: string;
  readonly reason: string;
}

export interface FailingCheck {
  readonly name: string;
  readonly status: string;
  readonly messages: readonly string[];
}

/** A deletion and a creation of one object under two addresses. */
export interface Churn {
  readonly from: string;
  readonly to: string;
}

/** What a plan does to one stack. */
export interface StackReview {
  readonly name: string;
  readonly source: 'plan' | 'redacted-plan' | 'configuration';
  readonly terraformVersion?: string;
  readonly counts: Counts;
  readonly changes: readonly ResourceReview[];
  readonly outputs: readonly OutputReview[];
  readonly drift: DriftReview;
  readonly deferred: readonly DeferredReview[];
  readonly failingChecks: readonly FailingCheck[];
  readonly actionInvocations: readonly string[];
  readonly churn: readonly Churn[];
  /** Findings of other tools at no resource of the plan. */
  readonly toolFindings: readonly ToolFinding[];
  /** Blocks that are no resources and differ, such as `provider.aws`; known from a comparison of configurations. */
  readonly configurationBlocks?: readonly string[];
  readonly isErrored: boolean;
  /** False: another plan follows this one. */
  readonly isComplete: boolean;
  /** Absent: the document does not say. */
  readonly isApplyable?: boolean;
  readonly fingerprint: string;
}

/** Returns whether there is anything to say about the stack. */
export function hasAnything(stack: StackReview): boolean {
  return (
    stack.changes.length > 0 ||
    stack.outputs.length > 0 ||
    hasVisibleDrift(stack.drift) ||
    stack.drift.moves.length > 0 ||
    stack.deferred.length > 0 ||
    stack.failingChecks.length > 0 ||
    stack.actionInvocations.length > 0 ||
    stack.toolFindings.length > 0 ||
    (stack.configurationBlocks ?? []).length > 0 ||
    stack.isErrored ||
    !stack.isComplete
  );
}

/** Returns whether an apply would change the state only: nothing in the account changes, and yet it is needed. */
export function changesStateOnly(stack: StackReview): boolean {
  const touchesAccount = stack.changes.some(
    ({ action }) => !['no-op', 'read', 'forget'].includes(action.kind),
  );
  return (
    !touchesAccount &&
    stack.actionInvocations.length === 0 &&
    (stack.outputs.length > 0 || stack.changes.some(({ action }) => action.kind !== 'read'))
  );
}

/** Returns the changes that a person has to look at before an apply. */
export function needsEyes(stack: StackReview): readonly ResourceReview[] {
  return stack.changes.filter((change) => change.rank <= EYES_RANK);
}

/** Changes up to this rank need eyes. */
export const EYES_RANK = 3;

/** In place of a path: providers write nothing as null in one reading and as an empty list in the next. */
export const EMPTY_VALUES = '(empty values only)';

/** In place of a path: other resources of the plan fill the attributes in that differ, such as the rules of a security group. */
export const FILLED_IN = '(filled in by resources of their own)';

/** Returns the drift that somebody made. */
export function visibleDrift({ groups }: DriftReview): readonly DriftGroup[] {
  return groups.filter(({ path }) => path !== EMPTY_VALUES && path !== FILLED_IN);
}

/** Returns whether anything was changed outside of Terraform that a person could see. */
export function hasVisibleDrift(drift: DriftReview): boolean {
  return visibleDrift(drift).length > 0;
}

/**
 * Returns the objects in which only empty values differ, or what resources of their own fill in: after a first apply these are
 * most of a stack, and nobody changed them.
 */
export function onlyApparentDrift({ groups }: DriftReview): readonly string[] {
  return groups.flatMap(({ path, addresses }) =>
    path === EMPTY_VALUES || path === FILLED_IN ? addresses : [],
  );
}
