import { BadInput } from '../../bad-input';

/** What a plan does to one object. */
export type Action =
  | { readonly kind: 'no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget' }
  | {
      readonly kind: 'replace';
      /** `gap`: the old object goes before the new one comes. `no-gap`: after it. `kept`: it stays in the account. */
      readonly order: 'gap' | 'no-gap' | 'kept';
    };

const SINGLE = ['no-op', 'create', 'read', 'update', 'delete', 'forget'] as const;

const REPLACEMENTS: Readonly<Record<string, 'gap' | 'no-gap' | 'kept'>> = {
  'delete,create': 'gap',
  'create,delete': 'no-gap',
  'create,forget': 'kept',
  'forget,create': 'kept',
};

/**
 * Returns the action that a plan's list of actions means. A list without any is none.
 *
 * @throws BadInput for an action that is not known: a review that left it out would be wrong
 */
export function actionOf(actions: readonly string[], address: string): Action {
  if (actions.length === 0) return { kind: 'no-op' };
  const [only] = actions;
  const single = SINGLE.find((kind) => actions.length === 1 && kind === only);
  if (single !== undefined) return { kind: single };
  const order = Object.hasOwn(REPLACEMENTS, actions.join()) ? REPLACEMENTS[actions.join()] : undefined;
  if (order !== undefined) return { kind: 'replace', order };
  const allowed = [...SINGLE, ...Object.keys(REPLACEMENTS).map((pair) => `[${pair}]`)].join(', ');
  throw new BadInput(
    `${address}: got the action ${JSON.stringify(actions).slice(0, 200)}; allowed ${allowed}; review it with a later version of warmpath`,
  );
}
