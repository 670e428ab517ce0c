import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { isList, isObject, type JsonValue, property } from '../model/json-value';
import { parseEmbeddedJson } from './embedded-json';
import type { Marks } from './masker';
import { SecretNames } from './secret-names';

/**
 * Returns the secrets that a plan gives away in clear: what any schema marks, sensitive variables and outputs, and
 * constants under names of secrets. They are secret at any other place too, where nothing marks them.
 */
export function knownSecrets(
  plan: PlanDocument,
  names: SecretNames = new SecretNames(),
): ReadonlySet<string> {
  const secrets = new Set<string>();
  const changes: readonly PlanResourceChange[] = [
    ...(plan.resource_changes ?? []),
    ...(plan.resource_drift ?? []),
    ...(plan.deferred_changes ?? []).map(({ resource_change }) => resource_change),
  ];
  for (const { change } of changes) {
    collectMarked(change.before, change.before_sensitive, secrets);
    collectMarked(change.after, change.after_sensitive, secrets);
    collectMarked(change.before, change.after_sensitive, secrets);
  }
  for (const output of Object.values(plan.output_changes ?? {})) {
    const isSensitive = output.before_sensitive === true || output.after_sensitive === true;
    collectMarked(output.before, isSensitive ? true : output.before_sensitive, secrets);
    collectMarked(output.after, isSensitive ? true : output.after_sensitive, secrets);
  }
  collectVariables(plan, names, secrets);
  collectStateValues(plan.prior_state?.values, secrets);
  collectStateValues(plan.planned_values, secrets);
  collectConstants(plan.configuration?.provider_config, names, secrets);
  collectModule(plan.configuration?.root_module, names, secrets);
  return secrets;
}

function collectMarked(value: JsonValue | undefined, marks: Marks, into: Set<string>): void {
  if (marks === true) {
    collectStrings(value, into);
    return;
  }
  if (isList(marks)) {
    if (isList(value)) for (const [index, mark] of marks.entries()) collectMarked(value[index], mark, into);
    return;
  }
  if (!isObject(marks) || !isObject(value)) return;
  for (const [key, mark] of Object.entries(marks)) collectMarked(property(value, key), mark, into);
}

function collectStrings(value: JsonValue | undefined, into: Set<string>): void {
  if (typeof value === 'string') {
    into.add(value);
    const embedded = parseEmbeddedJson(value);
    if (embedded !== undefined) collectStrings(embedded, into);
  } else if (typeof value === 'number') into.add(String(value));
  else if (isList(value)) for (const item of value) collectStrings(item, into);
  else if (isObject(value)) for (const item of Object.values(value)) collectStrings(item, into);
}

function collectVariables(plan: PlanDocument, names: SecretNames, into: Set<string>): void {
  const root = plan.configuration?.root_module;
  const declared = isObject(root) ? property(root, 'variables') : undefined;
  for (const [name, { value }] of Object.entries(plan.variables ?? {})) {
    const declaration = isObject(declared) ? property(declared, name) : undefined;
    const isSensitive = isObject(declaration) && declaration['sensitive'] === true;
    if (isSensitive || names.isSecret(name)) collectStrings(value, into);
  }
}

/** Values of a state or of planned values, with the marks that lie beside each resource's. */
function collectStateValues(values: JsonValue | undefined, into: Set<string>): void {
  if (!isObject(values)) return;
  const outputs = property(values, 'outputs');
  if (isObject(outputs))
    for (const output of Object.values(outputs))
      if (isObject(output) && output['sensitive'] === true) collectStrings(output['value'], into);
  const modules = [property(values, 'root_module')];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    if (!isObject(module)) continue;
    const { resources, child_modules: children } = module;
    if (isList(resources))
      for (const resource of resources)
        if (isObject(resource)) collectMarked(resource['values'], resource['sensitive_values'], into);
    if (isList(children)) modules.push(...children);
  }
}

/** Defaults of sensitive variables, and constants under names of secrets, of a module and of all that it calls. */
function collectModule(root: JsonValue | undefined, names: SecretNames, into: Set<string>): void {
  const modules = [root];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    if (!isObject(module)) continue;
    const { variables, resources, module_calls: calls } = module;
    for (const variable of isObject(variables) ? Object.values(variables) : [])
      if (isObject(variable) && variable['sensitive'] === true) collectStrings(variable['default'], into);
    const found = new Set<string>();
    for (const resource of isList(resources) ? resources : [])
      if (isObject(resource)) collectConstants(resource['expressions'], names, found);
    for (const call of isObject(calls) ? Object.values(calls) : [])
      if (isObject(call)) {
        collectConstants(call['expressions'], names, found);
        modules.push(call['module'] ?? null);
      }
    // A choice such as `plaintext` would be looked for everywhere.
    for (const value of found) if (/\d|[^\w-]|[a-z][A-Z]/.test(value)) into.add(value);
  }
}

/** Constants such as a provider's password, under names of secrets. */
function collectConstants(
  value: JsonValue | undefined,
  names: SecretNames,
  into: Set<string>,
  name = '',
): void {
  if (isList(value)) {
    for (const item of value) collectConstants(item, names, into, name);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'constant_value') {
      if (names.isSecret(name)) collectStrings(item, into);
    } else collectConstants(item, names, into, key);
  }
}
