import { Op, ref, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable, wholeNumber } from '../../parts/hcl-module';
import { valueIf } from '../../parts/plan-values';
import type { AiShellEcsProps, Architecture } from '../props';

const variables = {
  image_id: {
    description:
      'AMI of the instances; empty for the recommended ECS-optimized Amazon Linux 2023, which is looked up at each plan and replaces the ' +
      'instances when it moves. Pin it in production, as jsondecode(file("ami.lock.json"))["eu-central-1"].arm64.id of a lock file',
    default: '',
    validations: [
      {
        condition: 'can(regex("^(ami-[0-9a-f]+)?$", var.image_id))',
        message: 'image_id: the id of an AMI, such as ami-0a1b2c3d4e5f60718.',
      },
    ],
  },
  look_up_ami: {
    description:
      'Look the recommended AMI up, which image_id wins over; false where nobody may, and image_id is set',
    type: 'bool',
    default: true,
    validations: [
      {
        condition: 'var.look_up_ami || var.image_id != ""',
        message: 'look_up_ami: false needs image_id; set it, or leave look_up_ami out.',
      },
    ],
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
  instance_type: {
    description: 'Instance type, of the architecture',
    default: 'm7g.large',
    validations: [
      {
        condition: `length(var.instance_types) > 0 || ${isOfArchitecture('var.instance_type')}`,
        message:
          'instance_type: of another processor than architecture; AMI, image and type must have the same; change one of them.',
      },
    ],
  },
  instance_types: {
    description:
      'Instance types in order of preference, of which the group starts what there is; empty for instance_type alone',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition:
          'length(var.instance_types) <= 40 && length(distinct(var.instance_types)) == length(var.instance_types)',
        message: 'instance_types: allowed are up to 40 types, each once; correct the list.',
      },
      {
        condition: `alltrue([for type in var.instance_types : ${isOfArchitecture('type')}])`,
        message:
          'instance_types: got one of another processor than architecture; AMI, image and types must have the same; change one of them.',
      },
    ],
  },
  check_instance_type: {
    description:
      'Refuse to plan where EC2 offers none of the instance types; false where whoever plans may not call ec2:DescribeInstanceTypeOfferings',
    type: 'bool',
    default: true,
  },
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
  force_delete: {
    description:
      'Delete the group without waiting for its instances to end; for environments that are thrown away',
    type: 'bool',
    default: false,
  },
  instance_maintenance_min_healthy_percentage: {
    description: 'Least share of healthy instances during any replacement that Auto Scaling does, in percent',
    type: 'number',
    default: 100,
    validations: [wholeNumber('instance_maintenance_min_healthy_percentage', 0, 100, 'percent')],
  },
  instance_maintenance_max_healthy_percentage: {
    description:
      'Greatest share of healthy instances during any replacement that Auto Scaling does, in percent',
    type: 'number',
    default: 110,
    validations: [
      {
        condition:
          'var.instance_maintenance_max_healthy_percentage >= 100 && var.instance_maintenance_max_healthy_percentage - var.instance_maintenance_min_healthy_percentage <= 100',
        message:
          'instance_maintenance_max_healthy_percentage: 100 or more, and at most 100 above the least share.',
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

/** Condition under which a type has the processor of the AMI: Graviton families have a g right after the generation; a1 was the first. */
function isOfArchitecture(type: string): string {
  return `can(regex("^([a-z]+[0-9]+g|a1[.])", ${type})) == (var.architecture == "arm64")`;
}

/** The variables beside those of a warm pool, one of whose states needs types that can hibernate. */
function variablesWithPool() {
  const { instance_type: one, instance_types: several } = variables;
  const message =
    'with warm_pool_state Hibernated less than 150 GiB of memory, no bare metal, and a root_volume_size of 30 GiB more ' +
    'than memory; enlarge the volume, take another type, or wait in state Stopped.';
  const ofOne = {
    condition: `length(var.instance_types) > 0 ? true : ${hibernatesInto('var.instance_type')}`,
    message: `instance_type: ${message}`,
  };
  const ofSeveral = {
    condition: `alltrue([for type in var.instance_types : ${hibernatesInto('type')}])`,
    message: `instance_types: ${message}`,
  };
  return {
    ...variables,
    instance_type: { ...one, validations: [...one.validations, ofOne] },
    instance_types: { ...several, validations: [...several.validations, ofSeveral] },
  };
}

/**
 * Condition under which an instance of the type can hibernate: the volume holds its memory. Of the families c, m and r, whose memory follows
 * from the name; others pass.
 */
function hibernatesInto(type: string): string {
  const sizes = ['{ medium = 1, large = 2, xlarge = 4'];
  for (const times of [2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 48])
    sizes.push(`"${times}xlarge" = ${4 * times}`);
  const memory = `{ c = 2, m = 4, r = 8 }[regex("^([cmr])[0-9]", ${type})[0]] * ${sizes.join(', ')} }[split(".", ${type})[1]]`;
  return (
    `var.warm_pool_state != "Hibernated" ? true : !strcontains(${type}, ".metal") && ` +
    `try(${memory} < 150 && ${memory} + 30 <= var.root_volume_size, true)`
  );
}

/**
 * The instances of the group, without their root volume, and what they boot from.
 * @param hasPool whether some of them wait in a warm pool
 */
export function instancesProps(
  stack: HclModuleStack,
  hasPool: boolean,
): Required<Pick<AiShellEcsProps, 'ami' | 'instances'>> {
  const declared = declare(stack, hasPool ? variablesWithPool() : variables);
  const desiredCapacity = declared.desired_capacity.numberValue;
  return {
    ami: {
      from: 'recommended',
      given: { value: declared.image_id.stringValue, lookUp: declared.look_up_ami.value },
    },
    instances: {
      // The variable's own validation allows nothing but the members of this union.
      architecture: declared.architecture.stringValue as Architecture,
      instanceTypes: Token.asList(
        ref('(length(var.instance_types) == 0 ? [var.instance_type] : var.instance_types)', stack),
      ),
      checkTypes: declared.check_instance_type.value,
      minSize: declared.min_size.numberValue,
      maxSize: declared.max_size.numberValue,
      maintenance: {
        minHealthyPercent: declared.instance_maintenance_min_healthy_percentage.numberValue,
        maxHealthyPercent: declared.instance_maintenance_max_healthy_percentage.numberValue,
      },
      forceDelete: declared.force_delete.value,
      desiredCapacity: Token.asNumber(valueIf(Op.gt(desiredCapacity, -1), desiredCapacity)),
      maxInstanceLifetimeSeconds: declared.max_instance_lifetime.numberValue,
    },
  };
}
