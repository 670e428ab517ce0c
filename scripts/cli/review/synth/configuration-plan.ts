import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import {
  isList,
  isObject,
  isSame,
  type JsonObject,
  type JsonValue,
  keysOf,
  property,
} from '../model/json-value';
import { inPlanShape } from './plan-shape';
import { withTemplateVersions } from './template-versions';

/** A synthesized stack, as `cdk.tf.json` holds it. */
export type StackConfiguration = JsonObject;

/** What two configurations of one stack tell of a plan, and which of their blocks that are no resources differ. */
export interface ConfigurationPlan {
  readonly plan: PlanDocument;
  /** Blocks such as `provider.aws`, `data.aws_ami.arm` and `terraform`. */
  readonly otherBlocks: readonly string[];
}

const OTHER_BLOCKS = ['terraform', 'provider', 'variable', 'data', 'module'] as const;

/**
 * Returns the plan that two configurations of a stack tell, as far as they can: what is there before and after, moves, imports
 * and what is forgotten. Either may be absent.
 */
export function configurationPlan(
  base: StackConfiguration | undefined,
  head: StackConfiguration | undefined,
): ConfigurationPlan {
  const [old, fresh] = [resourcesOf(base), resourcesOf(head)];
  const movedTo = new Map(blocksOf(head, 'moved').map(({ from, to }) => [String(to), String(from)]));
  const forgotten = new Set(
    blocksOf(head, 'removed')
      .filter(({ lifecycle }) => isObject(lifecycle) && lifecycle['destroy'] === false)
      .map(({ from }) => String(from)),
  );
  const imports = new Map(
    blocksOf(head, 'import').map(({ to, id }) => [String(to), typeof id === 'string' ? id : null]),
  );
  const changes: PlanResourceChange[] = [];
  const moved = new Set<string>();
  for (const [address, after] of fresh) {
    const from = movedTo.get(address);
    const previous = from !== undefined && !old.has(address) && old.has(from) ? from : undefined;
    if (previous !== undefined) moved.add(previous);
    const before = old.get(previous ?? address);
    const importId =
      before === undefined && imports.has(address)
        ? (imports.get(address) ?? '(named by identity)')
        : undefined;
    const change = changeOf(address, before, after, importId);
    if (change !== undefined || previous !== undefined)
      changes.push({
        ...(change ?? entry(address, ['no-op'], before, after)),
        ...(previous !== undefined && { previous_address: previous }),
      });
  }
  for (const [address, before] of old)
    if (!fresh.has(address) && !moved.has(address))
      changes.push(entry(address, [forgotten.has(address) ? 'forget' : 'delete'], before, undefined));
  return {
    plan: {
      resource_changes: [...withTemplateVersions(changes, fresh)],
      output_changes: outputChanges(base, head),
    },
    otherBlocks: OTHER_BLOCKS.flatMap((kind) => differingBlocks(kind, base, head)),
  };
}

function changeOf(
  address: string,
  before: JsonValue | undefined,
  after: JsonValue,
  importId: string | undefined,
): PlanResourceChange | undefined {
  if (importId !== undefined) {
    const imported = entry(address, ['no-op'], after, after);
    return { ...imported, change: { ...imported.change, importing: { id: importId } } };
  }
  if (before === undefined) return entry(address, ['create'], undefined, after);
  return isSame(before, after) ? undefined : entry(address, ['update'], before, after);
}

function entry(
  address: string,
  actions: string[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): PlanResourceChange {
  const [type = '', name = ''] = address.split('.');
  return { address, type, name, mode: 'managed', change: { actions, before, after } };
}

/** Resources by address, with locals put in their places: user data is a local, and its text is what people review. */
function resourcesOf(configuration: StackConfiguration | undefined): ReadonlyMap<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  if (configuration === undefined) return found;
  const locals = property(configuration, 'locals');
  const resources = property(configuration, 'resource');
  for (const [type, byName] of Object.entries(isObject(resources) ? resources : {}))
    for (const [name, body] of Object.entries(isObject(byName) ? byName : {}))
      found.set(
        `${type}.${name}`,
        inPlanShape(type, resolved(withoutComments(body), isObject(locals) ? locals : {}, 0)),
      );
  return found;
}

/** Returns the value without the comments that cdktf writes under `//`. */
export function withoutComments(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(withoutComments);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '//')
      .map(([key, item]) => [key, withoutComments(item)]),
  );
}

const MAX_LOCALS_DEPTH = 5;

function resolved(value: JsonValue, locals: JsonObject, depth: number): JsonValue {
  if (isList(value)) return value.map((item) => resolved(item, locals, depth));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolved(item, locals, depth)]),
    );
  if (typeof value !== 'string' || depth > MAX_LOCALS_DEPTH) return value;
  const whole = /^\$\{(?:base64encode\(|base64gzip\()?local\.([\w-]+)\)?\}$/.exec(value)?.[1];
  const local = whole === undefined ? undefined : property(locals, whole);
  return local === undefined ? value : resolved(withoutComments(local), locals, depth + 1);
}

function blocksOf(configuration: StackConfiguration | undefined, kind: string): readonly JsonObject[] {
  const blocks = configuration === undefined ? undefined : property(configuration, kind);
  return (isList(blocks) ? blocks : blocks === undefined ? [] : [blocks]).filter(isObject);
}

function outputChanges(
  base: StackConfiguration | undefined,
  head: StackConfiguration | undefined,
): NonNullable<PlanDocument['output_changes']> {
  const [old, fresh] = [objectAt(base, 'output'), objectAt(head, 'output')];
  return Object.fromEntries(
    keysOf(old, fresh).flatMap((name) => {
      const [before, after] = [property(old, name), property(fresh, name)];
      const [left, right] = [outputValue(before), outputValue(after)];
      if (isSame(left, right)) return [];
      const action = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
      const isSensitive = [before, after].some((output) => isObject(output) && output['sensitive'] === true);
      return [
        [
          name,
          {
            actions: [action],
            before: left,
            after: right,
            before_sensitive: isSensitive,
            after_sensitive: isSensitive,
          },
        ],
      ];
    }),
  );
}

function outputValue(output: JsonValue | undefined): JsonValue | undefined {
  return isObject(output) ? property(output, 'value') : undefined;
}

function objectAt(configuration: StackConfiguration | undefined, key: string): JsonObject {
  const value = configuration === undefined ? undefined : property(configuration, key);
  return isObject(value) ? value : {};
}

function differingBlocks(
  kind: (typeof OTHER_BLOCKS)[number],
  base: StackConfiguration | undefined,
  head: StackConfiguration | undefined,
): readonly string[] {
  const [old, fresh] = [withoutComments(objectAt(base, kind)), withoutComments(objectAt(head, kind))];
  if (isSame(old, fresh) || !isObject(old) || !isObject(fresh)) return [];
  return keysOf(old, fresh).flatMap((name) => {
    const [left, right] = [property(old, name), property(fresh, name)];
    if (isSame(left, right)) return [];
    if (kind !== 'data' || !isObject(left ?? {}) || !isObject(right ?? {})) return [`${kind}.${name}`];
    return keysOf(isObject(left) ? left : {}, isObject(right) ? right : {})
      .filter(
        (label) =>
          !isSame(isObject(left) ? left[label] : undefined, isObject(right) ? right[label] : undefined),
      )
      .map((label) => `data.${name}.${label}`);
  });
}
