import { canonicalText, isList, isObject, type JsonObject, type JsonValue } from '../model/json-value';

/** One permission of a policy: one action on one resource. */
export interface Grant {
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  readonly resource: string;
  /** `` for an identity policy. */
  readonly principal: string;
  /** `` where there is none. */
  readonly condition: string;
  /** The same for all actions of one effect on one resource by one principal under one condition. */
  readonly scope: string;
}

/** A policy with more is compared by its text only. */
const MAX_GRANTS = 1_000;

/** Returns what a policy grants and denies, each permission once; undefined where it is no policy or too large a one. */
export function grantsOf(policy: JsonValue | undefined): readonly Grant[] | undefined {
  if (!isObject(policy)) return undefined;
  const statements = asList(policy['Statement']).filter(isObject);
  const grants: Grant[] = [];
  const known = new Map<string, Set<string>>();
  for (const statement of statements)
    for (const grant of expand(statement)) {
      if (!addAction(known, grant)) continue;
      grants.push(grant);
      if (grants.length > MAX_GRANTS) return undefined;
    }
  return grants;
}

/** Returns whether the grant's action is new in its scope. */
function addAction(actionsByScope: Map<string, Set<string>>, { scope, action }: Grant): boolean {
  const actions = actionsByScope.get(scope);
  if (actions === undefined) actionsByScope.set(scope, new Set([action]));
  else if (actions.has(action)) return false;
  else actions.add(action);
  return true;
}

function* expand(statement: JsonObject): Generator<Grant> {
  const effect = statement['Effect'] === 'Deny' ? 'Deny' : 'Allow';
  const condition = isObject(statement['Condition']) ? canonicalText(normalized(statement['Condition'])) : '';
  const principals = principalsOf(statement);
  const scopes = parts(statement, 'Resource').flatMap((resource) =>
    principals.map((principal) => ({
      resource,
      principal,
      scope: `${effect}\n${resource}\n${principal}\n${condition}`,
    })),
  );
  for (const action of parts(statement, 'Action'))
    for (const { resource, principal, scope } of scopes)
      yield { effect, action, resource, principal, condition, scope };
}

function parts(statement: JsonObject, key: 'Action' | 'Resource'): readonly string[] {
  const plain = asList(statement[key]).map(String);
  const inverse = asList(statement[`Not${key}`]).map(String);
  if (plain.length > 0) return plain;
  // A trust policy and the policy of some services name no resource.
  return inverse.length > 0 ? [`everything but ${inverse.join(' and ')}`] : ['*'];
}

function principalsOf(statement: JsonObject): readonly string[] {
  const principal = statement['Principal'];
  if (statement['NotPrincipal'] !== undefined) return ['everybody but some'];
  if (typeof principal === 'string') return [principal];
  if (!isObject(principal)) return [''];
  return Object.entries(principal).flatMap(([kind, names]) =>
    asList(names).map((name) => (name === '*' ? '*' : `${kind} ${String(name)}`)),
  );
}

/** A policy may write a list of one as the one. */
function normalized(value: JsonValue): JsonValue {
  if (isList(value))
    return value.map(normalized).sort((left, right) => (canonicalText(left) < canonicalText(right) ? -1 : 1));
  if (!isObject(value)) return [String(value)];
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isList(item) ? normalized(item.map(String)) : normalized(item),
    ]),
  );
}

function asList(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

/** Returns the grants of one list that no grant of the other one holds already. */
export function uncovered(grants: readonly Grant[], by: readonly Grant[]): readonly Grant[] {
  const same = new Map<string, Set<string>>();
  for (const grant of by) addAction(same, grant);
  const others = grants.filter(({ scope, action }) => !same.get(scope)?.has(action));
  if (others.length === 0) return others;
  const { plain, wild } = byAction(by);
  return others.filter(
    (grant) =>
      !wild.some((other) => covers(other, grant)) &&
      !plain.get(grant.action.toLowerCase())?.some((other) => covers(other, grant)),
  );
}

/** Grants by their action in lower case, and apart those whose action has a wildcard. */
function byAction(grants: readonly Grant[]) {
  const plain = new Map<string, Grant[]>();
  const wild: Grant[] = [];
  for (const grant of grants) {
    const action = grant.action.toLowerCase();
    const known = plain.get(action);
    if (/[*?]/.test(action)) wild.push(grant);
    else if (known === undefined) plain.set(action, [grant]);
    else known.push(grant);
  }
  return { plain, wild };
}

function covers(wide: Grant, narrow: Grant): boolean {
  return (
    wide.effect === narrow.effect &&
    matches(wide.resource, narrow.resource) &&
    matches(wide.action.toLowerCase(), narrow.action.toLowerCase()) &&
    (wide.principal === narrow.principal || (wide.principal === '*' && narrow.principal !== '')) &&
    (wide.condition === '' || wide.condition === narrow.condition)
  );
}

/** Matches with `*` and `?` in steps that are linear in both lengths, whatever the pattern. */
function matches(pattern: string, text: string): boolean {
  let [at, position, star, mark] = [0, 0, -1, 0];
  while (position < text.length) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      mark = position;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[position])) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      position = mark;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
