import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { CapacityProviderProps } from '../props';

const variables = {
  target_capacity: {
    description: 'Percent of the instances that tasks fill; below 100 keeps idle ones',
    type: 'number',
    default: 100,
    validations: [
      {
        condition: 'var.target_capacity >= 1 && var.target_capacity <= 100',
        message: 'target_capacity: 1 to 100 percent.',
      },
    ],
  },
  minimum_scaling_step_size: {
    description: 'Least number of instances added at once',
    type: 'number',
    default: 1,
    validations: [
      {
        condition: 'var.minimum_scaling_step_size >= 1 && var.minimum_scaling_step_size <= 10000',
        message: 'minimum_scaling_step_size: 1 to 10000 instances.',
      },
      {
        condition: 'var.minimum_scaling_step_size <= var.maximum_scaling_step_size',
        message: 'minimum_scaling_step_size: at most maximum_scaling_step_size; swap them.',
      },
    ],
  },
  maximum_scaling_step_size: {
    description: 'Greatest number of instances added at once',
    type: 'number',
    default: 100,
    validations: [
      {
        condition: 'var.maximum_scaling_step_size >= 1 && var.maximum_scaling_step_size <= 10000',
        message: 'maximum_scaling_step_size: 1 to 10000 instances.',
      },
    ],
  },
  instance_warmup_period: {
    description: 'Seconds from launch to registration, which hold back the next scale-out',
    type: 'number',
    default: 60,
    validations: [
      {
        condition: 'var.instance_warmup_period >= 0 && var.instance_warmup_period <= 10000',
        message: 'instance_warmup_period: 0 to 10000 seconds.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** How ECS scales the group. */
export function capacityProviderProps(stack: HclModuleStack): CapacityProviderProps {
  const declared = declare(stack, variables);
  return {
    targetCapacityPercent: declared.target_capacity.numberValue,
    minimumScalingStepSize: declared.minimum_scaling_step_size.numberValue,
    maximumScalingStepSize: declared.maximum_scaling_step_size.numberValue,
    instanceWarmupSeconds: declared.instance_warmup_period.numberValue,
  };
}
