import { isList, isObject, type JsonValue, property } from '../model/json-value';
import type { Finding } from '../model/stack-review';
import { parseEmbeddedJson } from '../secrets/embedded-json';
import { type Meaning, type MeaningContext, NO_MEANING } from './context';
import { type Grant, grantsOf, uncovered } from './policy-grants';

/** Attributes that hold a policy. */
const POLICY_NAME = /polic(?:y|ies)/i;

/** Managed policies that grant more than any program needs. */
const BROAD_MANAGED = /:policy\/(?:job-function\/)?(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** What a policy grants more or less than before, permission by permission; wildcards are flagged. */
export function policyMeaning(context: MeaningContext): Meaning {
  const { change } = context.entry;
  const isDeleted = context.action.kind === 'delete' || context.action.kind === 'forget';
  const meanings = [...policyKeys(change.before, change.after)].map((key) =>
    isMarked(context, key)
      ? NO_MEANING
      : comparePolicies(
          key,
          policiesAt(change.before, key),
          isDeleted ? undefined : policiesAt(change.after, key),
        ),
  );
  const managed = managedPolicies(context);
  return {
    sentences: [...meanings, managed].flatMap(({ sentences }) => sentences),
    findings: [...meanings, managed].flatMap(({ findings }) => findings),
  };
}

function* policyKeys(...values: readonly (JsonValue | undefined)[]): Generator<string> {
  const seen = new Set<string>();
  for (const value of values)
    for (const key of isObject(value) ? Object.keys(value) : [])
      if (POLICY_NAME.test(key) && !seen.has(key)) {
        seen.add(key);
        yield key;
      }
}

function isMarked({ entry }: MeaningContext, key: string): boolean {
  return [entry.change.before_sensitive, entry.change.after_sensitive].some(
    (marks) => marks === true || (isObject(marks) && property(marks, key) === true),
  );
}

/** The policy in an attribute; of blocks `inline_policy` all together. */
function policiesAt(value: JsonValue | undefined, key: string): JsonValue | undefined {
  const attribute = isObject(value) ? property(value, key) : undefined;
  if (typeof attribute === 'string') return parseEmbeddedJson(attribute);
  if (!isList(attribute)) return undefined;
  const statements = attribute.flatMap((block) => {
    const text = isObject(block) ? property(block, 'policy') : undefined;
    const policy = typeof text === 'string' ? parseEmbeddedJson(text) : undefined;
    const found = isObject(policy) ? policy['Statement'] : undefined;
    return isList(found) ? found : found === undefined ? [] : [found];
  });
  return statements.length === 0 ? undefined : { Statement: statements };
}

function comparePolicies(key: string, before: JsonValue | undefined, after: JsonValue | undefined): Meaning {
  const [old, fresh] = [grantsOf(before) ?? [], grantsOf(after) ?? []];
  const [allowedBefore, deniedBefore] = byEffect(old);
  const [allowedAfter, deniedAfter] = byEffect(fresh);
  const more = uncovered(allowedAfter, allowedBefore);
  const less = uncovered(allowedBefore, allowedAfter);
  const undenied = uncovered(deniedBefore, deniedAfter);
  const denied = uncovered(deniedAfter, deniedBefore);
  // A policy that comes or goes as a whole is told by its wildcards: its permissions are in the differences.
  const isNew = old.length === 0;
  const isGone = fresh.length === 0;
  const sentences = [
    ...(isNew ? more.filter(isBroad) : more).map(
      (grant) =>
        `${key}: wider, ${describe(grant)}${isBroad(grant) ? ' (wildcard)' : ''}${conditionOf(grant, old, ', before only where ')}`,
    ),
    ...(isGone ? [] : undenied.map((grant) => `${key}: wider, no longer denied: ${describe(grant)}`)),
    ...(isGone
      ? []
      : less.map(
          (grant) =>
            `${key}: narrower, no longer ${describe(grant)}${conditionOf(grant, fresh, ', but where ')}`,
        )),
    ...(isNew ? [] : denied.map((grant) => `${key}: narrower, denies ${describe(grant)}`)),
  ];
  return {
    sentences,
    findings: findingsOf(key, isNew ? more.filter(isBroad) : more, isGone ? [] : undenied),
  };
}

/** Says under which condition the others have the same permission; nothing where they have it under none. */
function conditionOf(grant: Grant, others: readonly Grant[], words: string): string {
  if (grant.condition !== '') return '';
  const same = others.find(
    ({ effect, action, resource, principal, condition }) =>
      condition !== '' &&
      effect === grant.effect &&
      action === grant.action &&
      resource === grant.resource &&
      principal === grant.principal,
  );
  return same === undefined ? '' : `${words}${same.condition}`;
}

function findingsOf(key: string, more: readonly Grant[], undenied: readonly Grant[]): readonly Finding[] {
  const [first] = [...more, ...undenied];
  const findings: Finding[] = [];
  if (first !== undefined)
    findings.push({ kind: 'iam-wider', sentence: `${key} grants more: ${describe(first)}` });
  const open = more.find(({ principal, condition }) => principal === '*' && condition === '');
  if (open !== undefined)
    findings.push({ kind: 'public', sentence: `${key} lets everybody in: ${describe(open)}` });
  return findings;
}

function byEffect(grants: readonly Grant[]): readonly [readonly Grant[], readonly Grant[]] {
  return [
    grants.filter(({ effect }) => effect === 'Allow'),
    grants.filter(({ effect }) => effect === 'Deny'),
  ];
}

/** Grants every action of a service or of all, or lets everybody in. */
function isBroad({ action, resource, principal, condition }: Grant): boolean {
  if (principal === '*' && condition === '') return true;
  if (action === '*' || /:\*$/.test(action) || action.startsWith('everything but')) return true;
  return resource === '*' && principal === '' && /\*/.test(action);
}

function describe({ action, resource, principal, condition }: Grant): string {
  const whom = principal === '' ? '' : ` for ${principal === '*' ? 'everybody' : principal}`;
  const on = resource === '*' && principal !== '' ? '' : ` on ${resource}`;
  return `${action}${on}${whom}${condition === '' ? '' : ` where ${condition}`}`;
}

function managedPolicies({ type, action, attributes }: MeaningContext): Meaning {
  if (!/^aws_iam_(?:role|user|group)_policy_attachment$|^aws_iam_role$/.test(type)) return NO_MEANING;
  if (action.kind === 'delete') return NO_MEANING;
  const added = attributes
    .filter(({ path }) => /^(?:policy_arn|managed_policy_arns)/.test(path))
    .flatMap(({ after }) => (isList(after) ? after : [after ?? null]))
    .filter((arn) => typeof arn === 'string');
  if (
    added.length === 0 ||
    (type === 'aws_iam_role' && action.kind === 'create' && !added.some((arn) => BROAD_MANAGED.test(arn)))
  )
    return NO_MEANING;
  const isBroadOne = added.some((arn) => BROAD_MANAGED.test(arn));
  return {
    sentences: added.map((arn) => `attaches ${arn}${BROAD_MANAGED.test(arn) ? ' (administrator)' : ''}`),
    findings:
      isBroadOne || action.kind === 'update'
        ? [{ kind: 'iam-wider', sentence: `attaches ${added.join(', ')}` }]
        : [],
  };
}
