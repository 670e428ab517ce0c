import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { Fn, Token } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../parts/hcl-module';
import type { PrewarmProps } from './props';
import { DEFAULTS } from './settings';

function whole(name: string, description: string, fallback: number, least: number, most: number) {
  return {
    description,
    type: 'number',
    default: fallback,
    validations: [
      {
        condition: `var.${name} >= ${least} && var.${name} <= ${most} && floor(var.${name}) == var.${name}`,
        message: `${name}: allowed ${least} to ${most}; choose a whole number within it.`,
      },
    ],
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

/** Variables of the Terraform module: props that do not change which resources there are. All others need TypeScript. */
const variables = {
  deployment: text(
    'deployment',
    'Name of the deployment, the last part of every name; once per account, as names of roles hold in every Region',
    '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$',
    'are 1 to 20 lower-case letters and digits, with dashes between them; choose a short name such as prod.',
  ),
  account_id: text(
    'account_id',
    'AWS account of the deployment',
    '^[0-9]{12}$',
    'are 12 digits; write the id of the account.',
  ),
  region: text(
    'region',
    'AWS Region of the deployment, as the provider has it',
    '^[a-z]{2,4}(-[a-z]+)+-[0-9]$',
    'is a Region such as eu-central-1; correct its name.',
  ),
  partition: {
    ...text(
      'partition',
      "Partition of the account, such as aws or aws-us-gov; empty for the provider's own",
      '^(aws(-cn|-us-gov|-iso(-[a-z])?|-eusc)?)?$',
      'are aws, aws-cn, aws-us-gov, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f and aws-eusc; leave it out.',
    ),
    default: '',
  },
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
  },
  retain_data: {
    description: 'Refuse to delete tables and a bucket that hold anything; set it in production',
    type: 'bool',
    default: false,
  },
} as const satisfies Record<string, ModuleVariable>;

/** Declares the variables in the stack and returns the props made of them. */
export function propsFromVariables(stack: HclModuleStack): PrewarmProps {
  const declared = Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, stack.variable(name, variable).value]),
  );
  function textOf(name: keyof typeof variables): string {
    return Token.asString(declared[name]);
  }
  function numberOf(name: keyof typeof variables): number {
    return Token.asNumber(declared[name]);
  }
  return {
    deployment: textOf('deployment'),
    accountId: textOf('account_id'),
    region: textOf('region'),
    partition: Fn.coalesce([textOf('partition'), new DataAwsPartition(stack, 'partition').partition]),
    network: {
      kind: 'existing',
      vpcId: textOf('vpc_id'),
      subnetIds: Token.asList(declared['subnet_ids']),
    },
    fleet: { maxInstances: numberOf('max_instances'), onDemandPercent: numberOf('on_demand_percent') },
    quota: { requestsPerDay: numberOf('requests_per_day') },
    invalidationWaitSeconds: numberOf('invalidation_wait_seconds'),
    visibilitySeconds: numberOf('visibility_seconds'),
    retentionDays: numberOf('retention_days'),
    logRetentionDays: numberOf('log_retention_days'),
    retainData: Token.asAny(declared['retain_data']),
  };
}
