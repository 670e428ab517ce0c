/** The modules whose rights are committed, each in the variants that together give every right it can give. */
import { TerraformStack, Testing } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { addAiShellEcsOutputs } from '../../../modules/ai-shell-ecs/outputs';
import { Prewarm, type PrewarmProps } from '../../../modules/prewarm';
import { DIGEST, minimal } from '../ai-shell-ecs/props';
import { type Right, rightsOf } from './rights';

const parameter = 'arn:aws:ssm:eu-central-1:111111111111:parameter/shell/token';
const secret = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:shell-AbCdEf';

const shells: Readonly<Record<string, Partial<AiShellEcsProps>>> = {
  'on-demand': {
    goldenAmi: {},
    coldStartMetrics: {},
    service: { desiredCount: 1 },
    task: {
      secrets: { TOKEN: parameter, PASSWORD: `${secret}:password::` },
      volumes: {
        home: {
          from: 'efs',
          fileSystemId: 'fs-1',
          accessPointId: 'fsap-1',
          securityGroupId: 'sg-1',
          containerPath: '/home',
        },
      },
      sidecars: {
        proxy: {
          image: {
            from: 'digest',
            reference: `ghcr.io/team/proxy@${DIGEST}`,
            credentialsSecretArn: `${secret}-login`,
          },
        },
      },
    },
  },
  spot: { warmPool: false, instances: { capacityType: 'spot' }, coldStartMetrics: {} },
  'in-place': {
    rollout: 'in-place',
    additionalImages: { proxy: { from: 'digest', reference: `ghcr.io/team/proxy@${DIGEST}` } },
    service: { desiredCount: 1 },
  },
  plain: { exec: false },
};

const prewarms: Readonly<Record<string, Partial<PrewarmProps>>> = {
  public: {
    subscribers: [
      { protocol: 'https', endpoint: 'https://hooks.example.com/prewarm' },
      { protocol: 'sqs', endpoint: 'arn:aws:sqs:eu-central-1:111111111111:prewarm-events' },
      { protocol: 'sqs' },
    ],
    distributionIds: ['E1EXAMPLE'],
    manageAccountLogging: true,
  },
  private: { api: { kind: 'private' } },
};

function variants<Props>(
  props: Readonly<Record<string, Partial<Props>>>,
  build: (stack: TerraformStack, props: Partial<Props>) => void,
): Readonly<Record<string, readonly Right[]>> {
  return Object.fromEntries(
    Object.entries(props).map(([name, variant]) => {
      const stack = new TerraformStack(Testing.app(), 'stack');
      build(stack, variant);
      return [name, rightsOf(stack)];
    }),
  );
}

/** Rights by module and variant. */
export const modules = {
  'ai-shell-ecs': () =>
    variants<AiShellEcsProps>(shells, (stack, props) => {
      addAiShellEcsOutputs(stack, new AiShellEcs(stack, 'shell', { ...minimal, ...props }));
    }),
  prewarm: () =>
    variants<PrewarmProps>(prewarms, (stack, props) => {
      new Prewarm(stack, 'prewarm', {
        deployment: 'test',
        accountId: '111111111111',
        region: 'eu-central-1',
        ...props,
      });
    }),
} as const;
