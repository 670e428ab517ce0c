import { Fn, type TerraformVariable, Token } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../parts/hcl-module';
import type { AiShellEcsProps, Architecture, WarmPoolProps } from './props';

/**
 * The variables of the Terraform module, by the names that users of the module it succeeds know. Only what can change
 * without changing which resources there are is a variable; the rest is chosen by writing TypeScript.
 */
const variables = {
  name: {
    description: 'Base name of what the module creates: `shell` gives `shell-ecs-asg`',
    validations: [
      {
        condition: 'can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))',
        message: 'name: 1 to 32 of a-z, 0-9 and -, starting with a letter.',
      },
    ],
  },
  ecs_cluster_name: {
    description: 'Name of the ECS cluster; empty for `<name>-ecs`',
    default: '',
    validations: [
      {
        condition: 'can(regex("^[A-Za-z0-9_-]{0,255}$", var.ecs_cluster_name))',
        message: 'ecs_cluster_name: up to 255 letters, digits, hyphens and underscores.',
      },
    ],
  },
  ecr_repository_url: {
    description:
      'ECR repository of the image, without tag: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`',
    validations: [
      {
        condition:
          'can(regex("^[0-9]{12}[.]dkr[.]ecr(-fips)?[.][a-z0-9-]+[.]amazonaws[.]com([.]cn)?/[a-z0-9._/-]+$", var.ecr_repository_url))',
        message:
          'ecr_repository_url: the URL of a private ECR repository, without scheme, tag and digest; only such a one can be asked for a digest.',
      },
    ],
  },
  container_image_tag: {
    description: 'Tag of the image, resolved to a digest at plan; ignored when container_image_digest is set',
    default: '',
    validations: [
      {
        condition: 'can(regex("^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$", var.container_image_tag))',
        message: 'container_image_tag: 1 to 128 letters, digits, dots, hyphens and underscores.',
      },
    ],
  },
  container_image_digest: {
    description: 'Digest of the image, `sha256:` and 64 hexadecimal digits; nothing is looked up then',
    default: '',
    validations: [
      {
        condition: 'can(regex("^(sha256:[0-9a-f]{64})?$", var.container_image_digest))',
        message: 'container_image_digest: sha256: and 64 hexadecimal digits.',
      },
      {
        condition: 'var.container_image_digest != "" || var.container_image_tag != ""',
        message:
          'container_image_digest: set it, or container_image_tag; an image without either is not pinned.',
      },
    ],
  },
  vpc_id: { description: 'VPC of the instances' },
  subnet_ids: {
    description: 'Subnets of the instances, with a way to the AWS services',
    type: 'list(string)',
    validations: [{ condition: 'length(var.subnet_ids) > 0', message: 'subnet_ids: at least one subnet.' }],
  },
  security_group_ids: {
    description: 'Security groups of the instances; empty for one of its own, without ingress',
    type: 'list(string)',
    default: [],
  },
  image_id: {
    description: 'AMI of the instances; empty for the recommended ECS-optimized Amazon Linux 2023',
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
  warm_pool_state: {
    description: 'Stopped or Running: how the instances of the warm pool wait',
    default: 'Stopped',
    validations: [
      {
        condition: 'contains(["Stopped", "Running"], var.warm_pool_state)',
        message: 'warm_pool_state: Stopped or Running.',
      },
    ],
  },
  warm_pool_min_size: {
    description: 'Instances that are always in the warm pool',
    type: 'number',
    default: 1,
    validations: [{ condition: 'var.warm_pool_min_size >= 0', message: 'warm_pool_min_size: 0 or more.' }],
  },
  warm_pool_max_group_prepared_capacity: {
    description: 'Instances in group and warm pool together; -1 for max_size',
    type: 'number',
    default: -1,
    validations: [
      {
        condition: 'var.warm_pool_max_group_prepared_capacity >= -1',
        message: 'warm_pool_max_group_prepared_capacity: -1 or a count.',
      },
    ],
  },
  root_volume_size: {
    description: 'Root volume in GiB',
    type: 'number',
    default: 50,
    validations: [
      {
        condition: 'var.root_volume_size >= 30 && var.root_volume_size <= 65536',
        message: 'root_volume_size: 30 to 65536 GiB.',
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
  container_stop_timeout: {
    description: 'SIGTERM to SIGKILL, with unit, e.g. 30s',
    default: '30s',
    validations: [
      {
        condition: 'can(regex("^[1-9][0-9]*[smh]$", var.container_stop_timeout))',
        message:
          'container_stop_timeout: a number of at least 1 with its unit s, m or h; the agent takes 30s for anything else.',
      },
    ],
  },
  task_cpu: { description: 'CPU units of a shell, 1024 to a vCPU', type: 'number', default: 512 },
  task_memory: { description: 'Memory of a shell in MiB', type: 'number', default: 1024 },
  cloudwatch_log_group_retention_in_days: {
    description: 'Days that logs are kept',
    type: 'number',
    default: 30,
  },
  slow_start_seconds: {
    description: 'p95 of task starts that raises the alarm, in seconds',
    type: 'number',
    default: 10,
  },
  alarm_topic_arns: { description: 'SNS topics of the alarms', type: 'list(string)', default: [] },
  tags: { description: 'Tags of every resource and instance', type: 'map(string)', default: {} },
} as const satisfies Record<string, ModuleVariable>;

type Declared = Readonly<Record<keyof typeof variables, TerraformVariable>>;

/** Declares the variables in the stack and answers the props made of them. */
export function propsFromVariables(stack: HclModuleStack): AiShellEcsProps {
  const declared = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, stack.variable(name, variable)]),
  ) as Declared;
  return {
    name: declared.name.stringValue,
    image: {
      from: 'tag',
      repositoryUrl: declared.ecr_repository_url.stringValue,
      tag: declared.container_image_tag.stringValue,
      digestVariable: declared.container_image_digest.stringValue,
    },
    network: {
      vpcId: declared.vpc_id.stringValue,
      subnetIds: declared.subnet_ids.listValue,
      securityGroupIds: declared.security_group_ids.listValue,
    },
    ami: { from: 'recommended', idVariable: declared.image_id.stringValue },
    instances: {
      // The variables' own validation allows nothing but the members of these unions.
      architecture: declared.architecture.stringValue as Architecture,
      instanceTypes: [declared.instance_type.stringValue],
      minSize: declared.min_size.numberValue,
      maxSize: declared.max_size.numberValue,
      rootVolume: { sizeGib: declared.root_volume_size.numberValue },
    },
    warmPool: {
      state: declared.warm_pool_state.stringValue as NonNullable<WarmPoolProps['state']>,
      minSize: declared.warm_pool_min_size.numberValue,
      maxPreparedCapacity: declared.warm_pool_max_group_prepared_capacity.numberValue,
    },
    agent: { containerStopTimeout: declared.container_stop_timeout.stringValue },
    cluster: { name: clusterName(declared) },
    capacityProvider: { targetCapacityPercent: declared.target_capacity.numberValue },
    task: { cpuUnits: declared.task_cpu.numberValue, memoryMib: declared.task_memory.numberValue },
    logs: { retentionDays: declared.cloudwatch_log_group_retention_in_days.numberValue },
    coldStartMetrics: {
      slowStartSeconds: declared.slow_start_seconds.numberValue,
      alarmTopicArns: declared.alarm_topic_arns.listValue,
    },
    tags: Token.asStringMap(declared.tags.value),
  };
}

function clusterName({ ecs_cluster_name: given, name }: Declared): string {
  return Token.asString(Fn.coalesce([given.stringValue, `${name.stringValue}-ecs`]));
}
