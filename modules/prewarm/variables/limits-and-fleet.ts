import { logRetention, type ModuleVariable } from '../../parts/hcl-module';
import { DEFAULTS } from '../settings';
import { whole } from './forms';

/** How much is taken, by which instances, and how long it is kept. */
export const limitsAndFleet = {
  max_list_urls: whole('max_list_urls', 'URLs of an uploaded list', 1_000_000, 1, 3_000_000),
  max_source_urls: whole(
    'max_source_urls',
    'URLs that one sitemap or playlist may expand to',
    1_000_000,
    1,
    30_000_000,
  ),
  instance_types: {
    description: 'Types of the agents, arm64, best first; several find Spot capacity more often',
    type: 'list(string)',
    default: [...DEFAULTS.fleet.instanceTypes],
    validations: [
      {
        condition:
          'length(var.instance_types) >= 1 && length(var.instance_types) <= 40 && alltrue([for type in var.instance_types : can(regex("^(a1|[a-z]+[0-9]+g[a-z]*)[.][a-z0-9-]+$", type))])',
        message:
          'instance_types: allowed are 1 to 40 arm64 types, as image and agent are; take some such as c7g.large.',
      },
    ],
  },
  image_id: {
    description:
      'AMI of the agents, AL2023 for arm64 with a way to the repository of Node.js; null for the newest, which each launch looks up',
    nullable: true,
    validations: [
      {
        condition: 'var.image_id == null ? true : can(regex("^ami-", var.image_id))',
        message: 'image_id: allowed is the id of an AMI, ami-...; correct it.',
      },
    ],
  },
  volume_size: whole('volume_size', 'Root volume of an agent in GiB', DEFAULTS.fleet.volumeGib, 8, 16_384),
  max_instances: whole(
    'max_instances',
    'Most instances at a time, for all requests together',
    DEFAULTS.fleet.maxInstances,
    1,
    300,
  ),
  on_demand_percent: whole(
    'on_demand_percent',
    'Share of instances bought on demand, so that some run when Spot is short',
    DEFAULTS.fleet.onDemandPercent,
    0,
    100,
  ),
  check_instance_types: {
    description:
      'Refuse to plan where EC2 offers none of the instance types of agents; false where whoever plans may not call ' +
      'ec2:DescribeInstanceTypeOfferings',
    type: 'bool',
    default: true,
  },
  requests_per_second: whole(
    'requests_per_second',
    'Calls of the API key a second',
    DEFAULTS.quota.requestsPerSecond,
    1,
    5_000,
  ),
  burst: whole('burst', 'Calls of the API key at once', DEFAULTS.quota.burst, 1, 5_000),
  requests_per_day: whole(
    'requests_per_day',
    'Calls of the API key a day',
    DEFAULTS.quota.requestsPerDay,
    1,
    100_000_000,
  ),
  invalidation_wait_seconds: whole(
    'invalidation_wait_seconds',
    'How long an invalidation is waited for before warming starts with a warning',
    DEFAULTS.invalidationWaitSeconds,
    0,
    780,
  ),
  visibility_seconds: whole(
    'visibility_seconds',
    'How long the slices of a dead agent stay hidden from the others',
    DEFAULTS.visibilitySeconds,
    30,
    43_200,
  ),
  max_deliveries: whole(
    'max_deliveries',
    'Deliveries after which a slice is given up and its fetches count as failed',
    DEFAULTS.maxDeliveries,
    2,
    900,
  ),
  retention_days: whole(
    'retention_days',
    'Rows and files of a request are removed after so many days',
    DEFAULTS.retentionDays,
    7,
    3_650,
  ),
  log_retention_days: {
    description: 'Days that logs are kept; one of those that CloudWatch Logs knows',
    type: 'number',
    default: DEFAULTS.logRetentionDays,
    validations: [logRetention('log_retention_days')],
  },
  cloudwatch_log_group_kms_key_id: {
    description:
      "ARN of the key of the log groups; its policy must let CloudWatch Logs use it. null for AWS's own",
    nullable: true,
  },
  retain_data: {
    description: 'Refuse to delete tables and a bucket that hold anything; set it in production',
    type: 'bool',
    default: false,
  },
} as const satisfies Record<string, ModuleVariable>;
