/** The ways `Prewarm` can be put up, each as a stack that the real provider validates and plans. */
import type { App, TerraformStack } from 'cdktf';
import { environments } from '../../../environments';
import { Prewarm, type PrewarmProps } from '../../../modules/prewarm';
import { addPrewarmOutputs } from '../../../modules/prewarm/outputs';
import { WarmpathStack } from '../../../modules/warmpath-stack';

type Variant = Omit<PrewarmProps, 'deployment' | 'accountId' | 'region'>;

const existing = {
  kind: 'existing',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
} as const;

const variants = {
  'prewarm-new-vpc': {
    network: {
      kind: 'new',
      availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      flowLogDays: 30,
    },
    popCheck: { distributionDomain: 'd111111abcdef8.cloudfront.net' },
    webhookSecretArn: 'arn:aws:ssm:eu-central-1:000000000000:parameter/prewarm/webhook-secret',
    maxSourceUrls: 25_000_000,
    edges: { cidrBlocks: ['120.52.22.96/27'], popAddresses: { 'FRA56-P4': ['120.52.22.97'] } },
    fleet: { instanceTypes: ['c7g.large', 'c8g.large'] },
    subscribers: [
      { protocol: 'email', endpoint: 'team@example.com' },
      { protocol: 'https', endpoint: 'https://hooks.example.com/prewarm' },
      { protocol: 'sqs', endpoint: 'arn:aws:sqs:eu-central-1:000000000000:prewarm-events' },
      { protocol: 'sqs' },
    ],
    distributionIds: ['E1EXAMPLE'],
    retainData: true,
    manageAccountLogging: true,
  },
  'prewarm-existing-vpc': { network: { ...existing, securityGroupIds: ['sg-0a1b2c3d4e5f60718'] } },
  'prewarm-private': { api: { kind: 'private' } },
  'prewarm-private-existing-endpoint': {
    network: existing,
    api: { kind: 'private', vpcEndpointId: 'vpce-0a1b2c3d4e5f60718' },
  },
  'prewarm-minimal': {},
} as const satisfies Record<string, Variant>;

export type PrewarmVariant = keyof typeof variants;
export const prewarmVariants = Object.keys(variants) as readonly PrewarmVariant[];

class VariantStack extends WarmpathStack {
  constructor(scope: App, id: string, variant: Variant) {
    const environment = environments.local;
    super(scope, id, { environmentName: 'local', environment });
    addPrewarmOutputs(
      this,
      new Prewarm(this, 'prewarm', {
        deployment: 'local',
        accountId: environment.account,
        region: environment.region,
        ...variant,
      }),
    );
  }
}

/** Adds the variant's stack to the app, under the variant's name. */
export function addPrewarmVariant(app: App, name: PrewarmVariant): TerraformStack {
  return new VariantStack(app, name, variants[name]);
}
