import { Op, Token } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../../parts/hcl-module';
import { valueIf } from '../plan-values';
import type { AiShellEcsProps, Architecture } from '../props';
import { declare } from './declare';

const variables = {
  image_id: {
    description:
      'AMI of the instances, such as jsondecode(file("ami.lock.json"))["eu-central-1"].arm64.id of `warmpath coldstart ami`; ' +
      'empty for the recommended ECS-optimized Amazon Linux 2023, which is looked up at each plan and replaces the instances when it moves',
    default: '',
  },
  architecture: {
    description: 'Processor of AMI, image and instance type: arm64 or x86_64',
    default: 'arm64',
    validations: [
      {
        condition: 'contains(["arm64", "x86_64"], var.architecture)',
        message: 'architecture: arm64 or x86_64.',
      },
    ],
  },
  instance_type: { description: 'Instance type, of the architecture', default: 'm7g.large' },
  min_size: {
    description: 'Least number of instances',
    type: 'number',
    default: 0,
    validations: [{ condition: 'var.min_size >= 0', message: 'min_size: 0 or more.' }],
  },
  max_size: {
    description: 'Greatest number of instances',
    type: 'number',
    default: 4,
    validations: [
      {
        condition: 'var.max_size >= 1 && var.max_size >= var.min_size',
        message: 'max_size: at least 1 and at least min_size.',
      },
    ],
  },
  desired_capacity: {
    description: 'Initial number of instances, which ECS changes afterwards; -1 for min_size',
    type: 'number',
    default: -1,
    validations: [
      {
        condition:
          'var.desired_capacity == -1 || (var.desired_capacity >= var.min_size && var.desired_capacity <= var.max_size)',
        message: 'desired_capacity: -1, or from min_size to max_size.',
      },
    ],
  },
  max_instance_lifetime: {
    description: 'Seconds after which an instance is replaced; 0 for never',
    type: 'number',
    default: 0,
    validations: [
      {
        condition:
          'var.max_instance_lifetime == 0 || (var.max_instance_lifetime >= 86400 && var.max_instance_lifetime <= 31536000)',
        message: 'max_instance_lifetime: 0, or one day to one year in seconds.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** The instances of the group, without their root volume, and what they boot from. */
export function instancesProps(stack: HclModuleStack): Required<Pick<AiShellEcsProps, 'ami' | 'instances'>> {
  const declared = declare(stack, variables);
  const desiredCapacity = declared.desired_capacity.numberValue;
  return {
    ami: { from: 'recommended', idVariable: declared.image_id.stringValue },
    instances: {
      // The variable's own validation allows nothing but the members of this union.
      architecture: declared.architecture.stringValue as Architecture,
      instanceTypes: [declared.instance_type.stringValue],
      minSize: declared.min_size.numberValue,
      maxSize: declared.max_size.numberValue,
      desiredCapacity: Token.asNumber(valueIf(Op.gt(desiredCapacity, -1), desiredCapacity)),
      maxInstanceLifetimeSeconds: declared.max_instance_lifetime.numberValue,
    },
  };
}
