import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { type App, TerraformStack } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { requireVersions } from '../../../modules/warmpath-stack';

const DIGEST = `sha256:${'1f'.repeat(32)}`;
const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';

/** The least a user writes; the AMI is given so that a plan needs no answer from AWS. */
export const minimalProps: AiShellEcsProps = {
  name: 'shell',
  image: { from: 'digest', reference: `${REPOSITORY}@${DIGEST}` },
  network: { vpcId: 'vpc-0a1b2c3d4e5f60718', subnetIds: ['subnet-0a1b2c3d4e5f60718'] },
  ami: { from: 'id', id: 'ami-0a1b2c3d4e5f60718' },
  coldStartMetrics: false,
};

/** What each variant adds to the minimal props. */
export const variants: Readonly<Record<string, Partial<AiShellEcsProps>>> = {
  minimal: {},
  'existing-cluster': { cluster: { create: false, name: 'platform', otherCapacityProviders: ['FARGATE'] } },
  'existing-security-groups': {
    network: { ...minimalProps.network, securityGroupIds: ['sg-0a1b2c3d4e5f60718'] },
  },
  hibernated: { warmPool: { state: 'Hibernated', minSize: 2, maxPreparedCapacity: 6 } },
  'mixed-instances': { instances: { instanceTypes: ['m7g.large', 'm6g.large', 'c7g.xlarge'] } },
  'golden-ami': { goldenAmi: { tagPrefixes: ['k-'] } },
  spot: { warmPool: false, instances: { capacityType: 'spot', instanceTypes: ['m7g.large', 'm6g.large'] } },
};

/** A stack of its own around one variant. */
export function variantStack(app: App, variant: string): TerraformStack {
  const stack = new TerraformStack(app, `ai-shell-ecs-${variant}`);
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  requireVersions(stack);
  new AiShellEcs(stack, 'shell', { ...minimalProps, ...variants[variant] });
  return stack;
}
