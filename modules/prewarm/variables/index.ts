import { Fn, ref, TerraformLocal, Token } from 'cdktf';
import {
  accountAndPlace,
  declare,
  type HclModuleStack,
  type ModuleVariable,
  roleProps,
} from '../../parts/hcl-module';
import { AL2023_ARM64 } from '../fleet';
import type { PrewarmProps } from '../props';
import { limitsAndFleet } from './limits-and-fleet';
import { networkAndAccess } from './network-and-access';
import { popsAndNotifications } from './pops-and-notifications';

/** Variables of the Terraform module. */
const variables = { ...networkAndAccess, ...popsAndNotifications, ...limitsAndFleet } as const;

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
