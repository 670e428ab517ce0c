import type { PlanResourceChange } from '../input/plan-document';
import { isObject, isSame, type JsonValue } from '../model/json-value';

/** Changes of these make no new version of a launch template. */
const NO_VERSION = new Set([
  'name',
  'name_prefix',
  'description',
  'tags',
  'update_default_version',
  'lifecycle',
]);

/** A configuration does not change where only a version that AWS will count does: a plan says so, and this says it too. */
const VERSION_ATTRIBUTES = ['launch_template', 'mixed_instances_policy'] as const;

/**
 * Returns the changes with what a new version of a launch template brings about in a plan: its number is unknown, and every Auto
 * Scaling group that takes the latest version is updated.
 */
export function withTemplateVersions(
  changes: readonly PlanResourceChange[],
  resources: ReadonlyMap<string, JsonValue>,
): readonly PlanResourceChange[] {
  const renewed = changes.filter(hasNewVersion).map(({ address }) => address);
  if (renewed.length === 0) return changes;
  const followers = [...resources]
    .filter(([address]) => address.startsWith('aws_autoscaling_group.'))
    .map(([address, body]) => ({ address, body, unknown: unknownVersions(body, renewed) }))
    .filter(({ unknown }) => Object.keys(unknown).length > 0);
  const unknownOf = new Map(followers.map(({ address, unknown }) => [address, unknown]));
  const listed = new Set(changes.map(({ address }) => address));
  return [
    ...changes.map((change) =>
      renewed.includes(change.address)
        ? numbered(change)
        : withUnknown(change, unknownOf.get(change.address)),
    ),
    ...followers
      .filter(({ address }) => !listed.has(address))
      .map(({ address, body, unknown }) => ({
        address,
        type: 'aws_autoscaling_group',
        name: address.slice(address.indexOf('.') + 1),
        mode: 'managed',
        change: { actions: ['update'], before: body, after: body, after_unknown: unknown },
      })),
  ];
}

function hasNewVersion({ type, change: { actions, before, after } }: PlanResourceChange): boolean {
  if (type !== 'aws_launch_template' || actions.join() !== 'update') return false;
  if (!isObject(before) || !isObject(after)) return false;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].some(
    (key) => !NO_VERSION.has(key) && !isSame(before[key], after[key]),
  );
}

/** The template refers to itself by the id that its groups name. */
function numbered(entry: PlanResourceChange): PlanResourceChange {
  const { before, after } = entry.change;
  const id = { id: `\${${entry.address}.id}` };
  return {
    ...entry,
    change: {
      ...entry.change,
      before: isObject(before) ? { ...before, ...id } : before,
      after: isObject(after) ? { ...after, ...id } : after,
      after_unknown: { latest_version: true },
    },
  };
}

function withUnknown(
  entry: PlanResourceChange,
  unknown: { readonly [key: string]: JsonValue } | undefined,
): PlanResourceChange {
  if (unknown === undefined || entry.change.actions.join() !== 'update') return entry;
  return { ...entry, change: { ...entry.change, after_unknown: unknown } };
}

function unknownVersions(group: JsonValue, templates: readonly string[]): { [key: string]: JsonValue } {
  const unknown: { [key: string]: JsonValue } = {};
  for (const key of VERSION_ATTRIBUTES) {
    const block = isObject(group) ? group[key] : undefined;
    const mirror = block === undefined ? undefined : mirrorOf(block, templates);
    if (mirror !== undefined) unknown[key] = mirror;
  }
  return unknown;
}

/** Mirrors a value as `after_unknown` does: `true` where it is the number of a new version. */
function mirrorOf(value: JsonValue, templates: readonly string[]): JsonValue | undefined {
  if (typeof value === 'string')
    return templates.some((address) => value === `\${${address}.latest_version}`) ? true : undefined;
  if (Array.isArray(value)) {
    const items: JsonValue[] = value.map((item) => mirrorOf(item, templates) ?? {});
    return items.some((item) => !isSame(item, {})) ? items : undefined;
  }
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const mirror = mirrorOf(item, templates);
    return mirror === undefined ? [] : [[key, mirror] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
