import { declare, type HclModuleStack, type ModuleVariable, wholeNumber } from '../../parts/hcl-module';
import type { InstancesProps, SpotProps } from '../props';

const variables = {
  on_demand_base_capacity: {
    description: 'On-demand instances that come before any Spot Instance',
    type: 'number',
    default: 0,
    validations: [wholeNumber('on_demand_base_capacity', 0, 10_000, 'instances')],
  },
  on_demand_percentage_above_base_capacity: {
    description: 'Share of on-demand instances above the base, in percent',
    type: 'number',
    default: 0,
    validations: [wholeNumber('on_demand_percentage_above_base_capacity', 0, 100, 'percent')],
  },
  spot_allocation_strategy: {
    description:
      'price-capacity-optimized, capacity-optimized, capacity-optimized-prioritized or lowest-price: how Auto Scaling chooses among types and zones',
    default: 'price-capacity-optimized',
    validations: [
      {
        condition:
          'contains(["price-capacity-optimized", "capacity-optimized", "capacity-optimized-prioritized", "lowest-price"], var.spot_allocation_strategy)',
        message:
          'spot_allocation_strategy: price-capacity-optimized, capacity-optimized, capacity-optimized-prioritized or lowest-price.',
      },
    ],
  },
  capacity_rebalance: {
    description:
      'Replace an instance that is at risk before its notice comes; the new one has its images first',
    type: 'bool',
    default: false,
  },
} as const satisfies Record<string, ModuleVariable>;

/** A group of Spot Instances, with an on-demand share. */
export function spotProps(stack: HclModuleStack): Pick<InstancesProps, 'capacityType' | 'spot'> {
  const declared = declare(stack, variables);
  return {
    capacityType: 'spot',
    spot: {
      onDemandBase: declared.on_demand_base_capacity.numberValue,
      onDemandPercentAboveBase: declared.on_demand_percentage_above_base_capacity.numberValue,
      // The variable's own validation allows nothing but the members of this union.
      allocationStrategy: declared.spot_allocation_strategy.stringValue as NonNullable<
        SpotProps['allocationStrategy']
      >,
      rebalance: declared.capacity_rebalance.value,
    },
  };
}
