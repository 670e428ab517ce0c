import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import type { Masker } from '../secrets/masker';
import { actionOf } from './actions';
import { type AttributeChange, attributeChanges } from './attribute-changes';
import { isList, isObject, isSame, type JsonValue, property, valueAt } from './json-value';
import { fillersOf, isFilledIn } from './managed-elsewhere';
import {
  type DriftGroup,
  type DriftOutcome,
  type DriftReview,
  EMPTY_VALUES,
  FILLED_IN,
} from './stack-review';

/** Attributes that say again what others say. */
const REPEATED = /^tags_all\b/;

/**
 * Compares what was changed outside of Terraform with what the plan makes of it, path by path: put back where the plan ends
 * where the state was, kept where it ends where the object is now.
 */
export function reviewDrift(plan: PlanDocument, masker: Masker): DriftReview {
  const entries = (plan.resource_drift ?? []).filter(({ mode }) => mode !== 'ephemeral');
  const planned = new Map(
    (plan.resource_changes ?? []).filter(({ deposed }) => !deposed).map((change) => [change.address, change]),
  );
  const relevant = new Set(
    (plan.relevant_attributes ?? []).map(
      ({ resource, attribute }) => `${resource}\n${String(attribute?.[0] ?? '')}`,
    ),
  );
  const groups = new Map<string, DriftGroup>();
  const moves: { from: string; to: string }[] = [];
  let objects = 0;
  for (const entry of entries) {
    if (entry.previous_address && entry.previous_address !== entry.address)
      moves.push({ from: entry.previous_address, to: entry.address });
    const { kind } = actionOf(entry.change.actions, entry.address);
    if (kind === 'no-op') continue;
    objects += 1;
    function isRelevant(path: string): boolean {
      const plain = entry.address.replace(/\[[^\]]*\]$/, '');
      return [entry.address, plain].some((address) =>
        relevant.has(`${address}
${path}`),
      );
    }
    for (const group of groupsOf(entry, plan, planned.get(entry.address), masker, isRelevant)) {
      const key = [group.type, group.path ?? '', group.outcome].join('\n');
      const known = groups.get(key);
      groups.set(
        key,
        known === undefined
          ? group
          : {
              ...known,
              addresses: [...known.addresses, ...group.addresses],
              isRelevant: known.isRelevant || group.isRelevant,
            },
      );
    }
  }
  return { objects, moves, groups: [...groups.values()] };
}

function groupsOf(
  entry: PlanResourceChange,
  plan: PlanDocument,
  planned: PlanResourceChange | undefined,
  masker: Masker,
  isRelevant: (path: string) => boolean,
): readonly DriftGroup[] {
  const { change, type, address } = entry;
  const base = { type, addresses: [address] };
  if (actionOf(change.actions, address).kind === 'delete') {
    const isCreated = planned !== undefined && actionOf(planned.change.actions, address).kind === 'create';
    return [{ ...base, isRelevant: isCreated, outcome: isCreated ? 'recreated' : 'deleted' }];
  }
  const differences = attributeChanges(
    {
      before: change.before,
      after: change.after,
      unknown: undefined,
      beforeMarks: change.before_sensitive,
      afterMarks: change.after_sensitive,
    },
    masker,
  ).filter((difference) => !REPEATED.test(difference.path) && !isReadAnew(difference));
  if (differences.length === 0) return [{ ...base, isRelevant: false, outcome: 'kept', path: EMPTY_VALUES }];
  const all = [...new Map(differences.map((difference) => [topLevelOf(difference.path), difference]))];
  const topLevel = all.filter(
    ([name]) =>
      !(name === 'tags' && areDefaultTags(change)) &&
      !isFilledIn(valueAt(change.before, name), valueAt(change.after, name), fillersOf(plan, type, name)),
  );
  if (topLevel.length === 0) return [{ ...base, isRelevant: false, outcome: 'kept', path: FILLED_IN }];
  return topLevel.map(([name, difference]) => ({
    ...base,
    path: name,
    isRelevant: isRelevant(name),
    outcome: outcomeOf(name, entry, planned),
    ...(difference.before !== undefined && { before: difference.before }),
    ...(difference.after !== undefined && { after: difference.after }),
    ...plannedValue(name, planned, masker),
  }));
}

/** The provider reads its own default tags as tags of the object once the configuration has others: they were there before. */
function areDefaultTags({ before, after }: PlanResourceChange['change']): boolean {
  const [tags, known] = [valueAt(after, 'tags'), valueAt(before, 'tags_all')];
  if (!isObject(tags) || !isObject(known)) return false;
  return Object.entries(tags).every(([key, value]) => isSame(value, property(known, key)));
}

/** What was not set is read as off or as none. */
function isReadAnew({ before, after }: AttributeChange): boolean {
  return before === undefined && (after === false || after === 0);
}

function topLevelOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function outcomeOf(
  name: string,
  { change }: PlanResourceChange,
  planned: PlanResourceChange | undefined,
): DriftOutcome {
  if (planned === undefined) return 'kept';
  if (isObject(planned.change.after_unknown) && holdsUnknown(property(planned.change.after_unknown, name)))
    return 'neither';
  const after = valueAt(planned.change.after, name);
  if (isSame(after, valueAt(change.before, name))) return 'put-back';
  return isSame(after, valueAt(change.after, name)) ? 'kept' : 'neither';
}

function plannedValue(
  name: string,
  planned: PlanResourceChange | undefined,
  masker: Masker,
): { readonly planned?: JsonValue } {
  if (planned === undefined) return {};
  const marks = planned.change.after_sensitive;
  const masked = masker.mask(
    valueAt(planned.change.after, name),
    marks === true ? true : valueAt(marks, name),
    [name],
  );
  return { planned: masked };
}

function holdsUnknown(value: JsonValue | undefined): boolean {
  if (value === true) return true;
  if (isList(value)) return value.some(holdsUnknown);
  return isObject(value) && Object.values(value).some(holdsUnknown);
}
