import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { isList, isObject, type JsonValue, valueAt } from '../model/json-value';
import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';

/** What a new version of a launch template does to instances that run. */
export function launchTemplateMeaning({ type, action, attributes, plan, entry }: MeaningContext): Meaning {
  if (type !== 'aws_launch_template' || action.kind !== 'update') return NO_MEANING;
  const hasNewVersion = attributes.some(({ path }) => path === 'latest_version' || path === 'user_data');
  if (!hasNewVersion) return NO_MEANING;
  const groups = groupsIn(plan).filter((change) => usesTemplate(change, entry));
  const refreshed = groups.filter(startsRefresh);
  const sentences = refreshed.map(
    (group) => `a new version: ${group.address} starts an instance refresh of ${instancesOf(group)}`,
  );
  return sentencesOnly([
    ...(sentences.length > 0
      ? sentences
      : [
          'a new version: no group in this plan starts an instance refresh, and instances that run keep the old one',
        ]),
    ...agentConfiguration(attributes),
  ]);
}

const knownGroups = new WeakMap<PlanDocument, readonly PlanResourceChange[]>();

/** The Auto Scaling groups of a plan, looked up once a plan. */
function groupsIn(plan: PlanDocument): readonly PlanResourceChange[] {
  const known =
    knownGroups.get(plan) ??
    (plan.resource_changes ?? []).filter(({ type }) => type === 'aws_autoscaling_group');
  knownGroups.set(plan, known);
  return known;
}

/** Lines of the ECS agent's configuration that differ in the user data. */
function agentConfiguration(attributes: MeaningContext['attributes']): readonly string[] {
  const text = attributes.find(({ path }) => path === 'user_data')?.text;
  if (text === undefined) return [];
  const [before, after] = [settingsIn(text.before), settingsIn(text.after)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map(
      (key) =>
        `agent configuration: ${key} ${before.get(key) ?? '(not set)'} -> ${after.get(key) ?? '(not set)'}`,
    );
}

function settingsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/\b(ECS_[A-Z_]+)=(\S*)/g)].map(([, key = '', value = '']) => [key, value]),
  );
}

function usesTemplate({ change }: PlanResourceChange, template: PlanResourceChange): boolean {
  const id = valueAt(template.change.before, 'id');
  const name = valueAt(template.change.before, 'name');
  const blocks = templateBlocks(change.before);
  // A plan without ids, such as one that was shortened, still has its one group.
  if (id === undefined && name === undefined) return blocks.length > 0;
  return blocks.some(
    (block) =>
      (id !== undefined && valueAt(block, 'id') === id) ||
      (name !== undefined && valueAt(block, 'name') === name),
  );
}

function templateBlocks(group: JsonValue | undefined): readonly JsonValue[] {
  const direct = valueAt(group, 'launch_template');
  const mixed = valueAt(group, 'mixed_instances_policy');
  const nested = (isList(mixed) ? mixed : []).flatMap((policy) => {
    const templates = valueAt(policy, 'launch_template');
    return (isList(templates) ? templates : []).flatMap((template) => {
      const specification = valueAt(template, 'launch_template_specification');
      return isList(specification) ? specification.map(withPlainNames) : [];
    });
  });
  return [...(isList(direct) ? direct : []), ...nested];
}

function withPlainNames(block: JsonValue): JsonValue {
  if (!isObject(block)) return block;
  return { ...block, id: block['launch_template_id'] ?? null, name: block['launch_template_name'] ?? null };
}

/**
 * Returns whether an update of the group starts an instance refresh: it has the block, and its template's version changes. With
 * `$Latest` the group has no difference, and so no refresh.
 */
export function startsRefresh({ change }: PlanResourceChange): boolean {
  const refresh = valueAt(change.after, 'instance_refresh');
  if (change.actions.join() !== 'update' || !isList(refresh) || refresh.length === 0) return false;
  const unknown = JSON.stringify([
    valueAt(change.after_unknown, 'launch_template') ?? null,
    valueAt(change.after_unknown, 'mixed_instances_policy') ?? null,
  ]);
  if (unknown.includes('true')) return true;
  return ['launch_template', 'mixed_instances_policy'].some(
    (key) => JSON.stringify(valueAt(change.before, key)) !== JSON.stringify(valueAt(change.after, key)),
  );
}

/** Returns how many instances the group has, in words. */
export function instancesOf({ change }: PlanResourceChange): string {
  const desired = valueAt(change.before, 'desired_capacity');
  if (typeof desired !== 'number') return 'its instances';
  if (desired === 0) return 'those of its warm pool, as no instance is in service';
  return desired === 1
    ? '1 instance and those of its warm pool'
    : `${desired} instances and those of its warm pool`;
}
