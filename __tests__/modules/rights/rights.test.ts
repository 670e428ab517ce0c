/** The rights of both modules are those that were reviewed: a statement that is widened, narrowed, added or dropped shows. */
import { join } from 'node:path';
import { modules } from './modules';
import { committed, type Right, rightsTable, type Statement } from './rights';

type Mutation = readonly [what: string, changed: Statement | undefined];

function list(value: unknown): readonly unknown[] {
  return [value].flat();
}

/** Ways in which a statement comes to allow something else, or goes. */
function mutationsOf(statement: Statement): readonly Mutation[] {
  const { Action, Condition = {}, Effect, Resource, Principal, source_arn, policy_arn } = statement;
  const mutations: Mutation[] = [['dropped', undefined]];
  function change(isPossible: boolean, what: string, changed: Statement): void {
    if (isPossible) mutations.push([what, { ...statement, ...changed }]);
  }
  change(Action !== undefined, 'with one more action', { Action: [...list(Action), 'iam:PassRole'] });
  change(list(Action).length > 1, 'with an action less', { Action: list(Action).slice(1) });
  change(Resource !== undefined && !list(Resource).includes('*'), 'on every resource', { Resource: ['*'] });
  change(Principal !== undefined && Principal !== '*', 'for everybody', { Principal: '*' });
  change(Effect === 'Deny', 'allowed', { Effect: 'Allow' });
  change(source_arn !== undefined, 'for any source', { source_arn: '*' });
  change(policy_arn !== undefined, 'as an administrator', {
    policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  });
  for (const [operator, keys] of Object.entries(Condition as Readonly<Record<string, object>>))
    for (const key of Object.keys(keys)) {
      const rest = Object.fromEntries(Object.entries(keys).filter(([other]) => other !== key));
      change(true, `without its condition ${key}`, {
        Condition: { ...(Condition as object), [operator]: rest },
      });
    }
  return mutations;
}

function withStatement(rights: readonly Right[], index: number, statement: Statement | undefined) {
  return rights.flatMap((right, at) => {
    if (at !== index) return [right];
    return statement === undefined ? [] : [{ ...right, statement }];
  });
}

describe.each(Object.keys(modules) as (keyof typeof modules)[])('the rights of %s', (module) => {
  const variants = modules[module]();
  const table = committed(join(__dirname, `${module}.txt`), rightsTable(variants));

  it('are those of the committed table; UPDATE_RIGHTS=1 writes a new one, to be reviewed line by line', () => {
    expect(rightsTable(variants)).toBe(table);
  });

  it('name each statement once in a policy', () => {
    for (const rights of Object.values(variants))
      expect(new Set(rights.map(({ name }) => name)).size).toBe(rights.length);
  });

  it('show every change of a statement that lets somebody do more, or less', () => {
    const unnoticed: string[] = [];
    let tried = 0;
    for (const [variant, rights] of Object.entries(variants))
      rights.forEach(({ name, statement }, index) => {
        for (const [what, changedTo] of mutationsOf(statement)) {
          const changed = { ...variants, [variant]: withStatement(rights, index, changedTo) };
          tried += 1;
          if (rightsTable(changed) === table) unnoticed.push(`${variant}: ${name}, ${what}`);
        }
      });
    expect(unnoticed).toEqual([]);
    expect(tried).toBeGreaterThan(3 * Object.values(variants).flat().length);
  });
});
