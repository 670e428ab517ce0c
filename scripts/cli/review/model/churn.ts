import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { actionOf } from './actions';
import { canonicalText, isObject, type JsonObject, type JsonValue, property } from './json-value';
import type { Churn } from './stack-review';

/** What a provider computes and what the account gives; it differs between an old object and one that does not exist yet. */
const COMPUTED = new Set(['id', 'arn', 'tags_all', 'owner_id', 'unique_id', 'create_date', 'timeouts']);

/** With fewer attributes that match, two objects may be alike by chance. */
const MIN_MATCHES = 2;

/** Types that have nothing to keep: a new one is as good as the old one. */
const WORTHLESS = /^(?:random_|null_|time_|terraform_data$|local_)/;

/**
 * Returns the objects that are deleted at one address and created with the same attributes at another: a `moved` block would
 * keep them.
 */
export function findChurn(plan: PlanDocument): readonly Churn[] {
  const created = new Map<string, PlanResourceChange[]>();
  const deleted: PlanResourceChange[] = [];
  for (const change of plan.resource_changes ?? []) {
    if (
      change.mode === 'data' ||
      change.mode === 'ephemeral' ||
      change.deposed ||
      WORTHLESS.test(change.type)
    )
      continue;
    const { kind } = actionOf(change.change.actions, change.address);
    if (kind === 'delete') deleted.push(change);
    else if (kind === 'create') created.set(change.type, [...(created.get(change.type) ?? []), change]);
  }
  const found: Churn[] = [];
  const taken = new Set<string>();
  for (const old of deleted) {
    const matches = (created.get(old.type) ?? []).filter(
      (fresh) => !taken.has(fresh.address) && isAlike(old.change.before, fresh.change),
    );
    const [match] = matches;
    // Of several alike nobody can tell which one the old object is, but for the one with the same name.
    const chosen = matches.length === 1 ? match : matches.find(({ name }) => name === old.name);
    if (chosen === undefined) continue;
    taken.add(chosen.address);
    found.push({ from: old.address, to: chosen.address });
  }
  return found;
}

function isAlike(
  before: JsonValue | undefined,
  { after, after_unknown: unknown }: PlanResourceChange['change'],
): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  let matches = 0;
  for (const key of Object.keys(after)) {
    if (COMPUTED.has(key) || isUnknown(unknown, key)) continue;
    const [left, right] = [property(before, key), property(after, key)];
    if (isNothing(right) || isNothing(left)) {
      if (!isNothing(right) && !isNothing(left)) return false;
      continue;
    }
    if (canonicalText(left) !== canonicalText(right)) return false;
    matches += 1;
  }
  return matches >= Math.min(MIN_MATCHES, knownKeys(after));
}

function knownKeys(after: JsonObject): number {
  return Object.entries(after).filter(([key, value]) => !COMPUTED.has(key) && !isNothing(value)).length || 1;
}

function isUnknown(unknown: JsonValue | undefined, key: string): boolean {
  const value = isObject(unknown) ? property(unknown, key) : undefined;
  return value !== undefined && canonicalText(value).includes('true');
}

function isNothing(value: JsonValue | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    canonicalText(value) === '[]' ||
    canonicalText(value) === '{}'
  );
}
