import type { PrewarmProps } from '../../../modules/prewarm';
import { rules } from '../../../modules/prewarm/rules';
import { DEFAULTS, resolveSettings } from '../../../modules/prewarm/settings';

const PROPS: PrewarmProps = { deployment: 'test', accountId: '111111111111', region: 'eu-central-1' };

function problemsOf(id: string, props: Partial<PrewarmProps> = {}): readonly string[] {
  return rules
    .filter((rule) => rule.id === id)
    .flatMap((rule) => rule.problems(resolveSettings({ ...PROPS, ...props })));
}

const EXISTING = { kind: 'existing', vpcId: 'vpc-1' } as const;

const CASES: readonly (readonly [string, Partial<PrewarmProps>, RegExp])[] = [
  ['network', { network: { ...EXISTING, subnetIds: [] } }, /^network\.subnetIds: got none/],
  [
    'api-access',
    { api: { kind: 'regional', allowedCidrBlocks: [] } },
    /^api\.allowedCidrBlocks: got an empty/,
  ],
  [
    'api-access',
    { api: { kind: 'regional', allowedCidrBlocks: ['home'] } },
    /^api\.allowedCidrBlocks: got home/,
  ],
  ['fleet-arm64-types', { fleet: { instanceTypes: ['c7i.large'] } }, /got c7i\.large; allowed are arm64/],
  ['fleet-type-count', { fleet: { instanceTypes: [] } }, /^fleet\.instanceTypes: got 0; allowed 1 to 40/],
  ['fleet-on-demand-percent-range', { fleet: { onDemandPercent: 101 } }, /got 101; allowed 0 to 100/],
  ['fleet-max-instances-range', { fleet: { maxInstances: 301 } }, /got 301; allowed 1 to 300/],
  ['fleet-volume-size', { fleet: { volumeGib: 4 } }, /^fleet\.volumeGib: got 4; allowed 8 or more/],
  [
    'subscribers',
    { subscribers: [{ protocol: 'email', endpoint: 'nobody' }] },
    /^subscribers\[0\]\.endpoint/,
  ],
  ['quota-requests-per-second-range', { quota: { requestsPerSecond: 0 } }, /got 0; allowed 1 to 5000/],
  ['quota-burst-range', { quota: { burst: 1.5 } }, /got 1\.5; .* whole number/],
  ['quota-requests-per-day-range', { quota: { requestsPerDay: 0 } }, /^quota\.requestsPerDay: got 0/],
  ['extra-pops', { extraPops: ['fra'] }, /^extraPops: got fra; allowed are codes/],
  [
    'edges',
    { edges: { cidrBlocks: ['120.52.22.96/27', 'all'] } },
    /^edges\.cidrBlocks: got all; allowed are/,
  ],
  ['edges', { edges: { popAddresses: { fra: ['1.1.1.1'] } } }, /^edges\.popAddresses: got fra; allowed/],
  ['edges', { edges: { popAddresses: { FRA56: [] } } }, /^edges\.popAddresses\.FRA56: got none; allowed/],
  ['log-retention', { logRetentionDays: 31 }, /got 31; .* take 60$/],
  ['max-list-urls-range', { maxListUrls: 3_000_001 }, /^maxListUrls: got 3000001/],
  ['max-source-urls-range', { maxSourceUrls: 30_000_001 }, /^maxSourceUrls: got 30000001/],
  [
    'pop-check',
    { popCheck: { distributionDomain: 'www.example.com' } },
    /^popCheck\.distributionDomain: got www/,
  ],
  [
    'pop-check',
    { popCheck: { distributionDomain: 'd111111abcdef8.cloudfront.net', everyHours: 25 } },
    /^popCheck\.everyHours: got 25; allowed 1 to 24/,
  ],
  ['webhook-secret-arn', { webhookSecretArn: 'whsec_x' }, /allowed is the ARN of an SSM parameter/],
  ['network', { network: { kind: 'new', flowLogDays: 2 } }, /^network\.flowLogDays: got 2; .* take 3$/],
  [
    'node-version',
    { nodeVersion: 24 },
    /got 24 with the AWS provider 5\.100\.0 .* needs 6\.19\.0 or later; .* or take 22$/,
  ],
  ['invalidation-wait-seconds-range', { invalidationWaitSeconds: 781 }, /got 781; allowed 0 to 780/],
  ['visibility-seconds-range', { visibilitySeconds: 5 }, /got 5; allowed 30 to 43200/],
  ['max-deliveries-range', { maxDeliveries: 1 }, /got 1; allowed 2 to 900/],
  ['retention-days-range', { retentionDays: 1 }, /got 1; allowed 7 to 3650/],
  ['account-id', { accountId: '1' }, /^accountId: got 1; allowed 12 digits/],
  ['deployment-name', { deployment: 'Not_Ok' }, /^deployment: got "Not_Ok"/],
];

describe('a rule', () => {
  it.each(CASES)('%s is told, with what is allowed', (id, props, problem) => {
    expect(problemsOf(id, props)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf(id)).toEqual([]);
  });

  it('is never without a case', () => {
    expect(new Set(CASES.map(([id]) => id))).toEqual(new Set(rules.map(({ id }) => id)));
  });
});

describe('settings', () => {
  it('have every default, also for a prop that is undefined', () => {
    const settings = resolveSettings({ ...PROPS, fleet: { maxInstances: 5 }, quota: {} });
    expect(settings).toMatchObject({ ...DEFAULTS, fleet: { ...DEFAULTS.fleet, maxInstances: 5 } });
  });

  it.each([
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('put %s into the partition %s', (region, partition) => {
    expect(resolveSettings({ ...PROPS, region }).partition).toBe(partition);
  });
});
