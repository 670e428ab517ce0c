import { Fn, ref, TerraformLocal, Token } from 'cdktf';
import {
  accountAndPlace,
  declare,
  type HclModuleStack,
  logRetention,
  type ModuleVariable,
  roleProps,
  wholeNumber,
} from '../parts/hcl-module';
import { AL2023_ARM64 } from './fleet';
import { POP_CHECK_HOURS } from './pop-check';
import type { PrewarmProps } from './props';
import { DEFAULTS } from './settings';

function whole(name: string, description: string, fallback: number, least: number, most: number) {
  return {
    description,
    type: 'number',
    default: fallback,
    validations: [wholeNumber(name, least, most)],
  } as const satisfies ModuleVariable;
}

function text(name: string, description: string, pattern: string, allowed: string) {
  return {
    description,
    validations: [
      { condition: `can(regex("${pattern}", var.${name}))`, message: `${name}: allowed ${allowed}` },
    ],
  } as const satisfies ModuleVariable;
}

/** Variables of the Terraform module. */
const variables = {
  deployment: text(
    'deployment',
    'Name of the deployment, the last part of every name',
    '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$',
    'are 1 to 20 lower-case letters and digits, with dashes between them; choose a short name such as prod.',
  ),
  vpc_id: text(
    'vpc_id',
    'VPC of the agents; the module public-vpc makes one',
    '^vpc-',
    'is the id of a VPC, vpc-...; correct it.',
  ),
  subnet_ids: {
    description: 'Subnets of the agents, with a route to the internet',
    type: 'list(string)',
    validations: [
      {
        condition: 'length(var.subnet_ids) > 0',
        message: 'subnet_ids: allowed is one or more; name a subnet.',
      },
    ],
  },
  public_addresses: {
    description: 'Give agents public addresses; false in subnets behind a NAT gateway',
    type: 'bool',
    default: true,
  },
  create_security_group: {
    description:
      'Create a group without ingress and with egress to web ports, beside security_group_ids; null where they are empty. Set it where ' +
      'that list, as a whole, is known only at apply',
    type: 'bool',
    nullable: true,
  },
  security_group_ids: {
    description: 'Security groups of the agents',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition: 'var.create_security_group == false ? length(var.security_group_ids) > 0 : true',
        message:
          'security_group_ids: got none with create_security_group false; allowed one or more then; name a group, or leave create_security_group out.',
      },
    ],
  },
  private_api: {
    description:
      'Let the API be reached through api_vpc_endpoint_id alone; null where that is set. Set it where it is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.private_api == true ? var.api_vpc_endpoint_id != null : true',
        message: 'private_api: true needs api_vpc_endpoint_id; name an execute-api endpoint.',
      },
    ],
  },
  api_vpc_endpoint_id: {
    description: 'An interface endpoint of execute-api; null for an API that is reached from the internet',
    nullable: true,
    validations: [
      {
        condition: 'var.api_vpc_endpoint_id == null ? true : can(regex("^vpce-", var.api_vpc_endpoint_id))',
        message: 'api_vpc_endpoint_id: allowed is the id of an endpoint, vpce-...; correct it.',
      },
    ],
  },
  manage_account_logging: {
    description:
      'Set the role with which API Gateway writes logs, a setting of the whole account in this Region, which needs one; only where nothing ' +
      'else sets it',
    type: 'bool',
    default: false,
  },
  api_authorization: {
    description:
      'How callers authenticate: api-key, for whoever has the key, or iam, for signed requests (SigV4) of principals that may ' +
      'execute-api:Invoke, with the key',
    default: 'api-key',
    validations: [
      {
        condition: 'contains(["api-key", "iam"], var.api_authorization)',
        message: 'api_authorization: allowed are api-key and iam; choose one.',
      },
    ],
  },
  allowed_cidr_blocks: {
    description:
      'Networks that may call an API that is reached from the internet; all others are refused before a key is looked at. Empty for any',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition:
          'alltrue([for block in var.allowed_cidr_blocks : can(regex("^([0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}|[0-9a-fA-F:]+/[0-9]{1,3})$", block))])',
        message: 'allowed_cidr_blocks: allowed are networks such as 203.0.113.0/24; correct them.',
      },
    ],
  },
  webhook_secret_arn: {
    description:
      'ARN of an SSM parameter (SecureString under aws/ssm) with the secret that webhooks are signed with, whsec_ and base64; null for none',
    nullable: true,
    validations: [
      {
        condition:
          'var.webhook_secret_arn == null ? true : can(regex("^arn:[^:]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+$", var.webhook_secret_arn))',
        message:
          'webhook_secret_arn: allowed is the ARN of an SSM parameter, arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; put the secret into one.',
      },
    ],
  },
  sign_webhooks: {
    description:
      'Sign webhooks with the secret; null where webhook_secret_arn is set. Set it where that is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.sign_webhooks == true ? var.webhook_secret_arn != null : true',
        message: 'sign_webhooks: true needs webhook_secret_arn; put the secret into an SSM parameter.',
      },
    ],
  },
  pop_check_distribution_domain: {
    description:
      'The cloudfront.net name of a distribution that all PoPs serve, to ask in a schedule whether PoPs still have names of their own, ' +
      'with an alarm; null for none',
    nullable: true,
    validations: [
      {
        condition:
          'var.pop_check_distribution_domain == null ? true : can(regex("^[a-z0-9]+[.]cloudfront[.]net$", var.pop_check_distribution_domain))',
        message:
          "pop_check_distribution_domain: allowed is the distribution's own name, such as d111111abcdef8.cloudfront.net; write that.",
      },
    ],
  },
  check_pops: {
    description:
      'Check PoPs; null where pop_check_distribution_domain is set. Set it where that is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.check_pops == true ? var.pop_check_distribution_domain != null : true',
        message: 'check_pops: true needs pop_check_distribution_domain; name a distribution.',
      },
    ],
  },
  pop_check_every_hours: whole('pop_check_every_hours', 'Hours from check to check', POP_CHECK_HOURS, 1, 24),
  extra_pops: {
    description:
      'Codes of PoPs newer than the data file, such as `warmpath prewarm pops` discovers; their city must be known',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition:
          'alltrue([for code in var.extra_pops : can(regex("^[A-Z]{3}[0-9]{1,3}(-[A-Z][0-9]{1,2})?$", code))])',
        message: 'extra_pops: allowed are codes such as FRA56-P4; correct them.',
      },
    ],
  },
  subscribers: {
    description:
      'Who is told of ended requests and alarms, by names of your choice: protocol email, https or sqs, and an address, a URL or the ARN of a ' +
      'queue whose policy lets the topic send',
    type: 'map(object({ protocol = string, endpoint = string }))',
    default: {},
    validations: [
      {
        condition:
          'alltrue([for of in values(var.subscribers) : contains(["email", "https", "sqs"], of.protocol)])',
        message: 'subscribers: allowed protocols are email, https and sqs; correct the protocol.',
      },
      {
        condition:
          'alltrue([for of in values(var.subscribers) : of.protocol == "https" ? startswith(of.endpoint, "https://") : true])',
        message:
          'subscribers: allowed for https is an https URL; a receiver without TLS would tell everybody on the way.',
      },
    ],
  },
  distribution_ids: {
    description: 'Distributions whose objects may be invalidated; empty for all of the account',
    type: 'list(string)',
    default: [],
  },
  cloudfront_cidr_blocks: {
    description:
      'Ranges in which all addresses of CloudFront are, such as those of the data source aws_ip_ranges: others are not contacted; empty ' +
      'for every public address that DNS has',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition: 'alltrue([for block in var.cloudfront_cidr_blocks : can(cidrhost(block, 0))])',
        message: 'cloudfront_cidr_blocks: allowed are blocks such as 120.52.22.96/27; correct them.',
      },
    ],
  },
  pop_addresses: {
    description:
      'Addresses of edges by the code of their PoP, such as FRA56-P4, in place of what DNS says of it',
    type: 'map(list(string))',
    default: {},
    validations: [
      {
        condition:
          'alltrue([for code in keys(var.pop_addresses) : can(regex("^[A-Z]{3}[0-9]{1,4}(-[A-Z][0-9]{1,3})?$", code))])',
        message: 'pop_addresses: allowed are codes such as FRA56-P4; correct the code.',
      },
      {
        condition:
          'alltrue([for addresses in values(var.pop_addresses) : length(addresses) > 0 && alltrue([for address in addresses : can(cidrhost(format("%s/0", address), 0))])])',
        message: 'pop_addresses: allowed is one or more IP addresses of each code; correct them.',
      },
    ],
  },
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

const labels = {
  tags: {
    description:
      'Tags of every resource and agent; a changed one makes a new launch template, for agents to come',
    type: 'map(string)',
    default: {},
  },
} as const satisfies Record<string, ModuleVariable>;

/** Declares the variables in the stack and returns the props made of them. */
export function propsFromVariables(stack: HclModuleStack): PrewarmProps {
  const { deployment, ...declared } = declare(stack, variables);
  const place = accountAndPlace(stack);
  return {
    ...place,
    deployment: deployment.stringValue,
    network: {
      kind: 'existing',
      vpcId: declared.vpc_id.stringValue,
      subnetIds: declared.subnet_ids.listValue,
      securityGroupIds: declared.security_group_ids.listValue,
      createSecurityGroup: ref(
        '(var.create_security_group == null ? length(var.security_group_ids) == 0 : var.create_security_group)',
        stack,
      ),
      publicAddresses: declared.public_addresses.value,
    },
    api: {
      kind: 'by-variable',
      isPrivate: ref('(var.private_api == null ? var.api_vpc_endpoint_id != null : var.private_api)', stack),
      endpointId: Token.asString(Fn.coalesce([declared.api_vpc_endpoint_id.stringValue, 'none'])),
      // The variable's own validation allows nothing else.
      authorization: declared.api_authorization.stringValue as 'iam',
      allowedCidrBlocks: allowedCidrBlocks(stack),
    },
    webhookSecretArn: declared.webhook_secret_arn.stringValue,
    popCheck: {
      distributionDomain: declared.pop_check_distribution_domain.stringValue,
      everyHours: declared.pop_check_every_hours.numberValue,
    },
    extraPops: declared.extra_pops.listValue,
    fleet: {
      instanceTypes: declared.instance_types.listValue,
      imageId: Token.asString(ref(`(var.image_id == null ? "${AL2023_ARM64}" : var.image_id)`, stack)),
      volumeGib: declared.volume_size.numberValue,
      maxInstances: declared.max_instances.numberValue,
      checkTypes: declared.check_instance_types.value,
      onDemandPercent: declared.on_demand_percent.numberValue,
    },
    quota: {
      requestsPerSecond: declared.requests_per_second.numberValue,
      burst: declared.burst.numberValue,
      requestsPerDay: declared.requests_per_day.numberValue,
    },
    distributionIds: [distributionIds(stack)],
    edges: {
      cidrBlocks: declared.cloudfront_cidr_blocks.listValue,
      popAddresses: Token.asAnyMap(declared.pop_addresses.value),
    },
    maxListUrls: declared.max_list_urls.numberValue,
    maxSourceUrls: declared.max_source_urls.numberValue,
    invalidationWaitSeconds: declared.invalidation_wait_seconds.numberValue,
    visibilitySeconds: declared.visibility_seconds.numberValue,
    maxDeliveries: declared.max_deliveries.numberValue,
    retentionDays: declared.retention_days.numberValue,
    logRetentionDays: declared.log_retention_days.numberValue,
    logKmsKeyArn: declared.cloudwatch_log_group_kms_key_id.stringValue,
    manageAccountLogging: declared.manage_account_logging.value,
    retainData: declared.retain_data.value,
    roles: roleProps(stack, place.region),
    tags: Token.asStringMap(declare(stack, labels).tags.value),
  };
}

/** Whether each part that a variable may ask for is there, as expressions that a plan knows. */
export const PARTS = {
  webhookSecret: '(var.sign_webhooks == null ? var.webhook_secret_arn != null : var.sign_webhooks)',
  popCheck: '(var.check_pops == null ? var.pop_check_distribution_domain != null : var.check_pops)',
} as const;

/** One text for all of them: the list that a policy makes of it goes on, after each, with quotes and a comma. */
function allowedCidrBlocks(stack: HclModuleStack): string {
  const between = String.raw`"\",\""`;
  const blocks = `\${join(${between}, coalescelist(var.allowed_cidr_blocks, ["0.0.0.0/0", "::/0"]))}`;
  const local = new TerraformLocal(stack, 'allowed_cidr_blocks', blocks);
  local.overrideLogicalId('allowed_cidr_blocks');
  return local.asString;
}

/** One text for all of them: the ARN that a policy makes of it goes on, after each id, with a quote and the beginning of the next ARN. */
function distributionIds(stack: HclModuleStack): string {
  const between = String.raw`format("\",\"arn:%s:cloudfront::%s:distribution/", local.partition, local.account_id)`;
  const local = new TerraformLocal(
    stack,
    'distribution_ids',
    `\${join(${between}, coalescelist(var.distribution_ids, ["*"]))}`,
  );
  local.overrideLogicalId('distribution_ids');
  return local.asString;
}
