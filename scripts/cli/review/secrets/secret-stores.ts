import type { PlanChange, PlanDocument, PlanResourceChange } from '../input/plan-document';
import { isObject, type JsonObject, type JsonValue } from '../model/json-value';

/** Types whose objects are secrets, such as `azurerm_key_vault_secret` and `doppler_secret`. */
const STORE =
  /(?:^|_)(?:secret|password|credentials?|api_key|access_key|token)(?:_version|_value)?(?:_v\d+)?$/;

/** Where such an object keeps the secret itself; names that say so are known without their type. */
const CONTENT = [
  'binary_data',
  'content',
  'data',
  'data_json',
  'plaintext_value',
  'result',
  'string_data',
  'value',
];

/** Marks what objects that are secrets hold, whether or not their provider's schema does. */
export function withMarkedStores(plan: PlanDocument): PlanDocument {
  return {
    ...plan,
    resource_changes: plan.resource_changes?.map(marked),
    resource_drift: plan.resource_drift?.map(marked),
    deferred_changes: plan.deferred_changes?.map((deferred) => ({
      ...deferred,
      resource_change: marked(deferred.resource_change),
    })),
  };
}

function marked(entry: PlanResourceChange): PlanResourceChange {
  return STORE.test(entry.type) ? { ...entry, change: markedChange(entry.change) } : entry;
}

function markedChange(change: PlanChange): PlanChange {
  return {
    ...change,
    before_sensitive: withContent(change.before_sensitive, change.before),
    after_sensitive: withContent(change.after_sensitive, change.after),
  };
}

function withContent(marks: JsonValue | undefined, value: JsonValue | undefined): JsonValue {
  if (marks === true) return marks;
  const held = isObject(value) ? CONTENT.filter((name) => Object.hasOwn(value, name)) : [];
  const own: JsonObject = isObject(marks) ? marks : {};
  return { ...own, ...Object.fromEntries(held.map((name) => [name, true])) };
}
