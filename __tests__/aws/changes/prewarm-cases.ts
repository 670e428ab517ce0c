/** A change of every prop of `Prewarm` and of every variable of its Terraform module: from what, and to what. */
import type { PrewarmProps } from '../../../modules/prewarm';
import { BOUNDARY_ARN, KEY_ARN } from './ai-shell-ecs-cases';
import { type ChangeCase, nested, shown } from './change-case';
import type { Surroundings } from './surroundings';

/** The deployments that are applied, by name. */
export function prewarmBases({ vpcId, subnetIds, amiId }: Surroundings) {
  const account = { accountId: '123456789012', region: 'eu-central-1' };
  return {
    given: {
      ...account,
      deployment: 'given',
      network: { kind: 'existing', vpcId, subnetIds: subnetIds.slice(0, 1) },
      fleet: { imageId: amiId },
    },
    own: {
      ...account,
      deployment: 'own',
      api: { kind: 'private' },
      fleet: { imageId: amiId },
      subscribers: [{ protocol: 'sqs' }],
      manageAccountLogging: true,
    },
  } as const satisfies Record<string, PrewarmProps>;
}

export type PrewarmBase = keyof ReturnType<typeof prewarmBases>;

export function prewarmCases({ subnetIds }: Surroundings): readonly ChangeCase<PrewarmBase>[] {
  const cases: ChangeCase<PrewarmBase>[] = [];
  function change(prop: string, to: unknown, base: PrewarmBase = 'given'): void {
    cases.push({ prop, to: shown(to), base, patch: nested(prop, to) });
  }
  /** A prop that does not change alone. */
  function changeWith(prop: string, to: string, patch: object, base: PrewarmBase = 'given'): void {
    cases.push({ prop, to, base, patch });
  }

  change('deployment', 'renamed');
  change('accountId', '210987654321');
  change('region', 'eu-west-1');
  change('partition', 'aws-us-gov');

  changeWith('network.kind', 'new', { network: undefined });
  change('network.vpcId', 'vpc-0fedcba9');
  change('network.subnetIds', subnetIds);
  change('network.securityGroupIds', ['sg-0a1b2c3d4e5f60718']);
  change('network.publicAddresses', false);
  changeWith('network.createSecurityGroup', 'true, beside a given one', {
    network: { securityGroupIds: ['sg-0a1b2c3d4e5f60718'], createSecurityGroup: true },
  });
  changeWith(
    'network.cidrBlock',
    '10.50.0.0/20',
    { network: { kind: 'new', cidrBlock: '10.50.0.0/20' } },
    'own',
  );
  changeWith('network.flowLogDays', '30', { network: { kind: 'new', flowLogDays: 30 } }, 'own');
  const zones = ['eu-central-1a', 'eu-central-1c'];
  changeWith(
    'network.availabilityZones',
    'zones a, c',
    { network: { kind: 'new', availabilityZones: zones } },
    'own',
  );

  changeWith('api.kind', 'private', { api: { kind: 'private', clientCidrBlocks: ['10.7.0.0/16'] } });
  changeWith('api.authorization', 'iam', { api: { kind: 'regional', authorization: 'iam' } });
  const office = ['203.0.113.0/24'];
  changeWith('api.allowedCidrBlocks', '203.0.113.0/24', {
    api: { kind: 'regional', allowedCidrBlocks: office },
  });
  change('api.vpcEndpointId', 'vpce-0a1b2c3d4e5f60718', 'own');
  change('api.clientCidrBlocks', ['10.0.0.0/8'], 'own');
  const byVariable = { kind: 'by-variable', isPrivate: true, endpointId: 'vpce-0a1b2c3d4e5f60718' };
  changeWith('api.isPrivate', 'true', { api: byVariable });
  changeWith('api.endpointId', 'an endpoint', { api: byVariable });
  change('quota.requestsPerSecond', 20);
  change('quota.burst', 200);
  change('quota.requestsPerDay', 5_000);

  change('fleet.instanceTypes', ['c7g.large', 'c8g.large']);
  change('fleet.checkTypes', true);
  change('fleet.onDemandPercent', 100);
  change('fleet.maxInstances', 10);
  change('fleet.volumeGib', 16);
  change('fleet.imageId', 'ami-0a1b2c3d4e5f60718');

  change('subscribers', [{ protocol: 'email', endpoint: 'team@example.com' }]);
  change('subscribers', [], 'own');
  change('distributionIds', ['EDFDVBD6EXAMPLE']);
  change('extraPops', ['FRA99-P1']);
  change('edges.cidrBlocks', ['120.52.22.96/27']);
  changeWith('edges.popAddresses', 'one', { edges: { popAddresses: { 'FRA56-P4': ['120.52.22.97'] } } });
  change('maxListUrls', 100_000);
  change('maxSourceUrls', 100_000);
  change('webhookSecretArn', 'arn:aws:ssm:eu-central-1:123456789012:parameter/prewarm/webhook');
  const distributionDomain = 'd111111abcdef8.cloudfront.net';
  changeWith('popCheck.distributionDomain', distributionDomain, { popCheck: { distributionDomain } });
  changeWith('popCheck.everyHours', '1', { popCheck: { distributionDomain, everyHours: 1 } });
  change('invalidationWaitSeconds', 60);
  change('visibilitySeconds', 300);
  change('maxDeliveries', 3);
  change('retentionDays', 90);
  change('logRetentionDays', 90);
  change('logKmsKeyArn', KEY_ARN);
  change('roles.namePrefix', 'team-');
  change('roles.nameSuffix', '-eucentral1');
  change('roles.path', '/teams/');
  change('roles.permissionsBoundaryArn', BOUNDARY_ARN);
  change('tags', { Team: 'delivery' });
  change('nodeVersion', 24);
  change('retainData', true);
  change('manageAccountLogging', true);
  change('manageAccountLogging', false, 'own');
  return cases;
}

/** What a caller of the Terraform module must say. */
export function requiredPrewarmArguments({ vpcId, subnetIds }: Surroundings) {
  return {
    deployment: 'written',
    vpc_id: vpcId,
    subnet_ids: subnetIds.slice(0, 1),
  };
}

/** New values of the variables of the Terraform module. */
export function changedPrewarmVariables({ subnetIds }: Surroundings): Readonly<Record<string, unknown>> {
  return {
    deployment: 'renamed',
    account_id: '123456789012',
    region: 'eu-central-1',
    partition: 'aws',
    vpc_id: 'vpc-0fedcba9',
    subnet_ids: subnetIds,
    create: false,
    allowed_cidr_blocks: ['203.0.113.0/24'],
    api_authorization: 'iam',
    webhook_secret_arn: 'arn:aws:ssm:eu-central-1:123456789012:parameter/prewarm/webhook',
    sign_webhooks: false,
    pop_check_distribution_domain: 'd111111abcdef8.cloudfront.net',
    check_pops: false,
    pop_check_every_hours: 1,
    extra_pops: ['FRA99-P1'],
    instance_types: ['c7g.large', 'c8g.large'],
    image_id: 'ami-0a1b2c3d4e5f60718',
    volume_size: 16,
    requests_per_second: 20,
    burst: 200,
    max_deliveries: 3,
    max_instances: 10,
    on_demand_percent: 100,
    check_instance_types: false,
    requests_per_day: 5_000,
    invalidation_wait_seconds: 60,
    visibility_seconds: 300,
    retention_days: 90,
    log_retention_days: 90,
    retain_data: true,
    public_addresses: false,
    create_security_group: true,
    security_group_ids: ['sg-0a1b2c3d4e5f60718'],
    private_api: false,
    api_vpc_endpoint_id: 'vpce-0a1b2c3d4e5f60718',
    manage_account_logging: true,
    subscribers: { team: { protocol: 'email', endpoint: 'team@example.com' } },
    distribution_ids: ['EDFDVBD6EXAMPLE'],
    cloudfront_cidr_blocks: ['120.52.22.96/27'],
    pop_addresses: { 'FRA56-P4': ['120.52.22.97'] },
    max_list_urls: 100_000,
    max_source_urls: 100_000,
    cloudwatch_log_group_kms_key_id: KEY_ARN,
    iam_role_name_prefix: 'team-',
    iam_role_name_suffix: '',
    iam_role_path: '/teams/',
    iam_role_permissions_boundary: BOUNDARY_ARN,
    tags: { Team: 'delivery' },
  };
}
