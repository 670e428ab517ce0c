import type { AiShellEcsProps } from '../../../modules/ai-shell-ecs';

export const DIGEST = `sha256:${'1f'.repeat(32)}`;
export const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';

/** The least a user writes, without what needs function bundles. */
export const minimal: AiShellEcsProps = {
  name: 'shell',
  image: { from: 'digest', reference: `${REPOSITORY}@${DIGEST}` },
  network: { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] },
  coldStartMetrics: false,
};
