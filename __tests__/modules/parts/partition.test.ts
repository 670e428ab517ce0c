import { Testing } from 'cdktf';
import { CiPlanRole } from '../../../modules/parts/ci-role';
import { dnsSuffixOf, endpointService, partitionOf } from '../../../modules/parts/partition';
import { synthesize as synthesizeShell } from '../ai-shell-ecs/synth';
import { synthesize as synthesizePrewarm } from '../prewarm/synth';

/** A Region of each partition. */
const REGIONS = [
  ['eu-central-1', 'aws', 'amazonaws.com', 'com.amazonaws'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn', 'cn.com.amazonaws'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com', 'com.amazonaws'],
  ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov', 'gov.ic.c2s'],
  ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov', 'gov.sgov.sc2s'],
  ['us-isof-south-1', 'aws-iso-f', 'csp.hci.ic.gov', 'gov.ic.hci.csp'],
  ['eu-isoe-west-1', 'aws-iso-e', 'cloud.adc-e.uk', 'uk.adc-e.cloud'],
  ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu', 'eu.amazonaws'],
] as const;

/** Those in which both modules are put up here, which takes a while. */
const SYNTHESIZED = new Set<string>(['aws', 'aws-cn', 'aws-iso', 'aws-eusc']);

/** ARNs of the partition `aws` in what is synthesized. */
function commercialArns(json: object): readonly string[] {
  return JSON.stringify(json).match(/arn:aws:[\w:*-]*/g) ?? [];
}

describe.each(REGIONS)('in %s', (region, partition, dnsSuffix, reversed) => {
  it('partition, names of endpoints and of the service of logs are its own', () => {
    expect(partitionOf(region)).toBe(partition);
    expect(dnsSuffixOf(partition)).toBe(dnsSuffix);
    expect(endpointService(region, 'ecr.dkr')).toBe(`${reversed}.${region}.ecr.dkr`);
    expect(endpointService(region, 'logs')).toBe(`com.amazonaws.${region}.logs`);
  });

  if (SYNTHESIZED.has(partition))
    it('no ARN of either module is of another partition', () => {
      const prewarm = synthesizePrewarm({
        region,
        api: { kind: 'private', authorization: 'iam' },
        network: { kind: 'new', flowLogDays: 30, availabilityZones: [`${region}a`, `${region}b`] },
        popCheck: { distributionDomain: 'd111111abcdef8.cloudfront.net' },
        subscribers: [{ protocol: 'sqs' }],
        distributionIds: ['EDFDVBD6EXAMPLE'],
        edges: { cidrBlocks: ['120.52.22.96/27'] },
        manageAccountLogging: true,
      });
      expect(prewarm.one('aws_vpc_endpoint', 'api_endpoint')['service_name']).toBe(
        `${reversed}.${region}.execute-api`,
      );
      const shell = synthesizeShell({
        region,
        partition,
        coldStartMetrics: {},
        network: {
          vpcId: 'vpc-1',
          subnetIds: ['subnet-1'],
          endpoints: { routeTableIds: ['rtb-1'], vpcCidr: '10.0.0.0/16' },
        },
      });
      expect(shell.one('aws_vpc_endpoint', 'ecr-dkr')['service_name']).toBe(`${reversed}.${region}.ecr.dkr`);
      expect(JSON.stringify(shell.json)).toContain(`logs.${region}.${dnsSuffix}`);
      if (partition === 'aws') expect(commercialArns(prewarm.json)).not.toEqual([]);
      else for (const { json } of [prewarm, shell]) expect(commercialArns(json)).toEqual([]);
    });

  it('the role that plans reads by the policy of its partition', () => {
    const role = Testing.synthScope((scope) => {
      new CiPlanRole(scope, 'ci', {
        name: 'plan',
        repository: { owner: 'acme', ownerId: 1, name: 'warmpath', repositoryId: 2 },
        environment: 'plan',
        oidcProviderArn: `arn:${partition}:iam::111111111111:oidc-provider/token.actions.githubusercontent.com`,
      });
    });
    expect(role).toContain(`"arn:${partition}:iam::aws:policy/ReadOnlyAccess"`);
  });
});

it('names of endpoints are those of the partition that Terraform looks up, where it looks the Region up', () => {
  const shell = synthesizeShell({
    network: {
      vpcId: 'vpc-1',
      subnetIds: ['subnet-1'],
      endpoints: { routeTableIds: ['rtb-1'], vpcCidr: '10.0.0.0/16' },
    },
  });
  function serviceName(of: string): unknown {
    return shell.one('aws_vpc_endpoint', of)['service_name'];
  }
  expect(serviceName('logs')).toMatch(/^com\.amazonaws\.\$\{data\.aws_region\.\w+\.id\}\.logs$/);
  const prefix = /^\$\{lookup\((\{.*\}), data\.aws_partition\.\w+\.partition, "com\.amazonaws"\)\}/;
  const [, byPartition = ''] = prefix.exec(String(serviceName('ecr-dkr'))) ?? [];
  expect(byPartition).toContain('"aws-cn" = "cn.com.amazonaws"');
  expect(byPartition).toContain('"aws-eusc" = "eu.amazonaws"');
  expect(byPartition).not.toContain('aws-us-gov');
});
