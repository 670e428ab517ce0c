import { Fn, Op, type TerraformVariable, Token } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../parts/hcl-module';
import { valueIf } from './plan-values';
import type { AiShellEcsProps, Architecture, ClusterProps, GoldenAmiProps, WarmPoolProps } from './props';

/**
 * The variables of the Terraform modules, by the names that users of the module they succeed know. A variable can only
 * change values; what changes which resources there are is another module ({@link AiShellEcsFlavour}) or TypeScript.
 */
const common = {
  name: {
    description: 'Base name of what the module creates: `shell` gives `shell-ecs-asg`',
    validations: [
      {
        condition: 'can(regex("^[a-z][a-z0-9-]{0,31}$", var.name))',
        message: 'name: 1 to 32 of a-z, 0-9 and -, starting with a letter.',
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
    description: 'Instances that are always in the warm pool',
    type: 'number',
    default: 1,
    validations: [{ condition: 'var.warm_pool_min_size >= 0', message: 'warm_pool_min_size: 0 or more.' }],
  },
  warm_pool_max_group_prepared_capacity: {
    description: 'Instances in group and warm pool together; -1 for max_size, 0 for an empty pool',
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
  root_volume_iops: {
    description: 'IOPS of the root volume',
    type: 'number',
    default: 3000,
    validations: [
      {
        condition: 'var.root_volume_iops >= 3000 && var.root_volume_iops <= 80000',
        message: 'root_volume_iops: 3000 to 80000 IOPS.',
      },
    ],
  },
  root_volume_throughput: {
    description: 'Throughput of the root volume in MiB/s',
    type: 'number',
    default: 250,
    validations: [
      {
        condition: 'var.root_volume_throughput >= 125 && var.root_volume_throughput <= 2000',
        message: 'root_volume_throughput: 125 to 2000 MiB/s.',
      },
    ],
  },
  root_volume_initialization_rate: {
    description:
      'MiB/s at which a volume is read from its snapshot right after launch, at a price; 0 for lazily',
    type: 'number',
    default: 0,
    validations: [
      {
        condition:
          'var.root_volume_initialization_rate == 0 || (var.root_volume_initialization_rate >= 100 && var.root_volume_initialization_rate <= 300)',
        message: 'root_volume_initialization_rate: 0, or 100 to 300 MiB/s.',
      },
    ],
  },
  root_volume_kms_key_arn: {
    description: 'Key of the root volume; empty for the default key of the account',
    default: '',
  },
  prepull_timeout: {
    description: 'Seconds that all pulls of a boot may take; the lifecycle hook waits 300 more',
    type: 'number',
    default: 900,
    validations: [
      {
        condition: 'var.prepull_timeout >= 10 && var.prepull_timeout <= 6900',
        message: 'prepull_timeout: 10 to 6900 seconds.',
      },
    ],
  },
  prepull_attempts: {
    description: 'Pulls of one image before it counts as failed',
    type: 'number',
    default: 5,
    validations: [
      {
        condition: 'var.prepull_attempts >= 1 && var.prepull_attempts <= 20',
        message: 'prepull_attempts: 1 to 20 pulls.',
      },
    ],
  },
  prepull_on_failure: {
    description: 'ABANDON replaces an instance that could not pull, CONTINUE uses it cold',
    default: 'ABANDON',
    validations: [
      {
        condition: 'contains(["ABANDON", "CONTINUE"], var.prepull_on_failure)',
        message: 'prepull_on_failure: ABANDON or CONTINUE.',
      },
    ],
  },
  instance_refresh_min_healthy_percentage: {
    description: 'Least share of healthy instances during a refresh, in percent',
    type: 'number',
    default: 100,
    validations: [
      {
        condition:
          'var.instance_refresh_min_healthy_percentage >= 10 && var.instance_refresh_min_healthy_percentage <= 100',
        message: 'instance_refresh_min_healthy_percentage: 10 to 100 percent.',
      },
    ],
  },
  instance_refresh_max_healthy_percentage: {
    description: 'Greatest share of healthy instances during a refresh, in percent',
    type: 'number',
    default: 110,
    validations: [
      {
        condition:
          'var.instance_refresh_max_healthy_percentage >= 100 && var.instance_refresh_max_healthy_percentage - var.instance_refresh_min_healthy_percentage <= 100',
        message:
          'instance_refresh_max_healthy_percentage: 100 or more, and at most 100 above the least share.',
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
  task_network_mode: {
    description: 'Network mode of a shell: bridge or awsvpc',
    default: 'bridge',
    validations: [
      {
        condition: 'contains(["bridge", "awsvpc"], var.task_network_mode)',
        message: 'task_network_mode: bridge or awsvpc.',
      },
    ],
  },
  task_environment: {
    description: 'Environment variables of a shell; no secrets',
    type: 'map(string)',
    default: {},
  },
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

const clusterName = (more: string) => [
  {
    condition: `can(regex("^[A-Za-z0-9_-]{${more},255}$", var.ecs_cluster_name))`,
    message: `ecs_cluster_name: ${more === '0' ? 'up to' : '1 to'} 255 letters, digits, hyphens and underscores.`,
  },
];

/** What a flavour asks besides. */
const own = {
  'own-cluster': {
    ecs_cluster_name: {
      description: 'Name of the ECS cluster; empty for `<name>-ecs`',
      default: '',
      validations: clusterName('0'),
    },
    container_insights: {
      description: 'Container Insights of the cluster: enhanced, enabled or disabled',
      default: 'enhanced',
      validations: [
        {
          condition: 'contains(["enhanced", "enabled", "disabled"], var.container_insights)',
          message: 'container_insights: enhanced, enabled or disabled.',
        },
      ],
    },
  },
  'existing-cluster': {
    ecs_cluster_name: { description: 'Name of the existing ECS cluster', validations: clusterName('1') },
  },
  'golden-ami': {
    golden_ami_schedule: {
      description: 'When the AMI is built again for security fixes, besides each push',
      default: 'cron(0 3 ? * sun *)',
    },
    golden_ami_keep_images: {
      description: 'AMIs kept besides those launched lately',
      type: 'number',
      default: 3,
      validations: [
        {
          condition: 'var.golden_ami_keep_images >= 1 && var.golden_ami_keep_images <= 10',
          message: 'golden_ami_keep_images: 1 to 10.',
        },
      ],
    },
  },
} as const satisfies Record<string, Record<string, ModuleVariable>>;

/** What a module holds beyond the common; each choice changes which resources there are. */
export interface AiShellEcsFlavour {
  readonly cluster: 'own' | 'existing';
  readonly goldenAmi: boolean;
}

type Declared<Names extends Record<string, ModuleVariable>> = Readonly<
  Record<keyof Names, TerraformVariable>
>;

/** Declares the variables in the stack and answers the props made of them. */
export function propsFromVariables(stack: HclModuleStack, flavour: AiShellEcsFlavour): AiShellEcsProps {
  const declared = declare(stack, common);
  return {
    ...commonProps(declared),
    cluster: clusterProps(stack, flavour, declared.name.stringValue),
    ...(flavour.goldenAmi ? { goldenAmi: goldenAmiProps(stack) } : {}),
  };
}

function declare<Names extends Record<string, ModuleVariable>>(
  stack: HclModuleStack,
  variables: Names,
): Declared<Names> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, stack.variable(name, variable)]),
  ) as Declared<Names>;
}

function clusterProps(stack: HclModuleStack, { cluster }: AiShellEcsFlavour, name: string): ClusterProps {
  if (cluster === 'existing') {
    const { ecs_cluster_name: given } = declare(stack, own['existing-cluster']);
    return { create: false, name: given.stringValue };
  }
  const { ecs_cluster_name: given, container_insights: insights } = declare(stack, own['own-cluster']);
  return {
    name: Token.asString(Fn.coalesce([given.stringValue, `${name}-ecs`])),
    // The variable's own validation allows nothing else.
    containerInsights: insights.stringValue as 'enhanced',
  };
}

function goldenAmiProps(stack: HclModuleStack): GoldenAmiProps {
  const { golden_ami_schedule: schedule, golden_ami_keep_images: keep } = declare(stack, own['golden-ami']);
  return { schedule: schedule.stringValue, keepImages: keep.numberValue };
}

function commonProps(declared: Declared<typeof common>): AiShellEcsProps {
  const desiredCapacity = declared.desired_capacity.numberValue;
  const initializationRate = declared.root_volume_initialization_rate.numberValue;
  const rootKeyArn = declared.root_volume_kms_key_arn.stringValue;
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
      desiredCapacity: Token.asNumber(valueIf(Op.gt(desiredCapacity, -1), desiredCapacity)),
      maxInstanceLifetimeSeconds: declared.max_instance_lifetime.numberValue,
      rootVolume: {
        sizeGib: declared.root_volume_size.numberValue,
        iops: declared.root_volume_iops.numberValue,
        throughputMibps: declared.root_volume_throughput.numberValue,
        initializationRateMibps: Token.asNumber(valueIf(Op.gte(initializationRate, 1), initializationRate)),
        kmsKeyArn: Token.asString(valueIf(Op.gte(Fn.lengthOf(rootKeyArn), 1), rootKeyArn)),
      },
    },
    warmPool: {
      state: declared.warm_pool_state.stringValue as NonNullable<WarmPoolProps['state']>,
      minSize: declared.warm_pool_min_size.numberValue,
      maxPreparedCapacity: declared.warm_pool_max_group_prepared_capacity.numberValue,
    },
    agent: { containerStopTimeout: declared.container_stop_timeout.stringValue },
    refresh: {
      minHealthyPercent: declared.instance_refresh_min_healthy_percentage.numberValue,
      maxHealthyPercent: declared.instance_refresh_max_healthy_percentage.numberValue,
    },
    prepull: {
      timeoutSeconds: declared.prepull_timeout.numberValue,
      attempts: declared.prepull_attempts.numberValue,
      onFailure: declared.prepull_on_failure.stringValue as 'ABANDON' | 'CONTINUE',
    },
    capacityProvider: {
      targetCapacityPercent: declared.target_capacity.numberValue,
      minimumScalingStepSize: declared.minimum_scaling_step_size.numberValue,
      maximumScalingStepSize: declared.maximum_scaling_step_size.numberValue,
      instanceWarmupSeconds: declared.instance_warmup_period.numberValue,
    },
    task: {
      cpuUnits: declared.task_cpu.numberValue,
      memoryMib: declared.task_memory.numberValue,
      networkMode: declared.task_network_mode.stringValue as 'bridge' | 'awsvpc',
      environment: Token.asStringMap(declared.task_environment.value),
    },
    logs: { retentionDays: declared.cloudwatch_log_group_retention_in_days.numberValue },
    coldStartMetrics: {
      slowStartSeconds: declared.slow_start_seconds.numberValue,
      alarmTopicArns: declared.alarm_topic_arns.listValue,
    },
    tags: Token.asStringMap(declared.tags.value),
  };
}
