import { ref, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { WarmPoolProps } from '../props';

const variables = {
  warm_pool_state: {
    description: 'Stopped, Running or Hibernated: how the instances of the warm pool wait',
    default: 'Stopped',
    validations: [
      {
        condition: 'contains(["Stopped", "Running", "Hibernated"], var.warm_pool_state)',
        message: 'warm_pool_state: Stopped, Running or Hibernated.',
      },
    ],
  },
  warm_pool_min_size: {
    description: 'Instances that are always in the warm pool; from zero ECS launches two at once',
    type: 'number',
    default: 2,
    validations: [{ condition: 'var.warm_pool_min_size >= 1', message: 'warm_pool_min_size: 1 or more.' }],
  },
  warm_pool_max_group_prepared_capacity: {
    description:
      'Instances in group and warm pool together up to which the pool is filled; -1 for max_size, 0 for min_size plus warm_pool_min_size',
    type: 'number',
    default: 0,
    validations: [
      {
        condition: 'var.warm_pool_max_group_prepared_capacity >= -1',
        message: 'warm_pool_max_group_prepared_capacity: -1, 0 or a count.',
      },
      {
        condition:
          'var.warm_pool_max_group_prepared_capacity <= 0 || var.warm_pool_max_group_prepared_capacity >= var.min_size + var.warm_pool_min_size',
        message:
          'warm_pool_max_group_prepared_capacity: counts group and pool together, and min_size plus warm_pool_min_size is more; raise it, or leave it out.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** Written out, as the library renders a comparison with 0 as one with nothing. */
const PREPARED_CAPACITY =
  'var.warm_pool_max_group_prepared_capacity == 0 ? var.min_size + var.warm_pool_min_size : var.warm_pool_max_group_prepared_capacity';

/** How many instances wait, and in which state. */
export function warmPoolProps(stack: HclModuleStack): WarmPoolProps {
  const declared = declare(stack, variables);
  return {
    // The variable's own validation allows nothing but the members of this union.
    state: declared.warm_pool_state.stringValue as NonNullable<WarmPoolProps['state']>,
    minSize: declared.warm_pool_min_size.numberValue,
    maxPreparedCapacity: Token.asNumber(ref(PREPARED_CAPACITY, stack)),
  };
}
