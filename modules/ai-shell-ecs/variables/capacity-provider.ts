import { Fn, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import type { CapacityProviderProps } from '../props';

const variables = {
  capacity_provider_name: {
    description:
      'Name of the capacity provider, also of one that is made elsewhere; null for `<name>-capacity`',
    nullable: true,
    validations: [
      {
        condition:
          'var.capacity_provider_name == null ? true : can(regex("^[A-Za-z0-9_-]{1,255}$", var.capacity_provider_name)) && !can(regex("^(aws|ecs|fargate)", var.capacity_provider_name))',
        message:
          'capacity_provider_name: 1 to 255 letters, digits, hyphens and underscores, not beginning with aws, ecs or fargate.',
      },
    ],
  },
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

/** Declares whether the capacity provider is there, and returns it as an expression. */
export function capacityProviderSwitch(stack: HclModuleStack): string {
  stack.variable('create_capacity_provider', {
    description:
      'Create the capacity provider of the group; false where something else makes one of autoscaling_group_arn: a group has one',
    type: 'bool',
    default: true,
  });
  return 'var.create_capacity_provider';
}

/**
 * How ECS scales the group.
 * @param warmupSeconds from launch to registration, unless the caller says otherwise
 */
export function capacityProviderProps(
  stack: HclModuleStack,
  baseName: string,
  warmupSeconds: number,
): CapacityProviderProps {
  const declared = declare(stack, {
    ...variables,
    instance_warmup_period: { ...variables.instance_warmup_period, default: warmupSeconds },
  });
  return {
    name: Token.asString(Fn.coalesce([declared.capacity_provider_name.stringValue, `${baseName}-capacity`])),
    targetCapacityPercent: declared.target_capacity.numberValue,
    minimumScalingStepSize: declared.minimum_scaling_step_size.numberValue,
    maximumScalingStepSize: declared.maximum_scaling_step_size.numberValue,
    instanceWarmupSeconds: declared.instance_warmup_period.numberValue,
  };
}
