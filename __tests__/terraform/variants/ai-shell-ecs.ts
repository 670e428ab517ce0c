/** The ways `AiShellEcs` can be put up, each as a stack that the real provider validates and plans. */
import type { App, TerraformStack } from 'cdktf';
import { environments } from '../../../environments';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { addAiShellEcsOutputs } from '../../../modules/ai-shell-ecs/outputs';
import { WarmpathStack } from '../../../modules/warmpath-stack';

const repository = '000000000000.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';

function image(repositoryUrl: string) {
  return { from: 'digest', reference: `${repositoryUrl}@sha256:${'1f'.repeat(32)}` } as const;
}

/** The least a user writes, and the id of an AMI, so that a plan needs no answer from AWS. */
const minimal: AiShellEcsProps = {
  name: 'shell',
  image: image(repository),
  network: { vpcId: 'vpc-0a1b2c3d4e5f60718', subnetIds: ['subnet-0a1b2c3d4e5f60718'] },
  ami: { from: 'id', id: 'ami-0a1b2c3d4e5f60718' },
};

const keyArn = 'arn:aws:kms:eu-central-1:000000000000:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const secretArn = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:ghcr-AbCdEf';
const targetGroupArn =
  'arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/shells/0a1b2c3d4e5f6071';
const topicArn = 'arn:aws:sns:eu-central-1:000000000000:alarms';

/** What each variant adds to the minimal props. */
const variants = {
  'ai-shell-minimal': { coldStartMetrics: false, exec: false },
  'ai-shell-full': {
    additionalImages: { proxy: image('public.ecr.aws/nginx/nginx') },
    network: {
      ...minimal.network,
      ipv6: true,
      endpoints: { routeTableIds: ['rtb-0a1b2c3d4e5f60718'], vpcCidr: '10.0.0.0/16' },
    },
    userData: { beforeGate: 'echo "${HOME}"', afterGate: 'echo 100%{' },
    instances: {
      instanceTypes: ['m7g.large', 'm6g.large', 'c7g.xlarge'],
      minSize: 1,
      maxSize: 20,
      desiredCapacity: 2,
      maxInstanceLifetimeSeconds: 1_209_600,
      capacityReservation: { use: 'first', reservationIds: ['cr-0a1b2c3d4e5f60718'] },
      availabilityZoneDistribution: 'balanced-only',
      rootVolume: {
        sizeGib: 100,
        iops: 6000,
        throughputMibps: 500,
        kmsKeyArn: keyArn,
        initializationRateMibps: 200,
      },
    },
    warmPool: { state: 'Stopped', minSize: 4, maxPreparedCapacity: 12 },
    refresh: {
      instanceWarmupSeconds: 60,
      checkpointPercentages: [20, 50, 100],
      checkpointDelaySeconds: 600,
      alarmNames: ['shell-slow-start', 'shell-image-pulled-at-start'],
    },
    agent: { attributes: { purpose: 'shell' }, extra: { ECS_LOGLEVEL: 'warn' } },
    capacityProvider: { targetCapacityPercent: 80 },
    task: {
      networkMode: 'awsvpc',
      command: ['sleep', 'infinity'],
      environment: { LANG: 'C.UTF-8' },
      secrets: { TOKEN: 'arn:aws:ssm:eu-central-1:000000000000:parameter/shell/token' },
      stopTimeoutSeconds: 120,
      ulimits: { nofile: { soft: 4096, hard: 65_536 } },
      volumes: {
        scratch: { from: 'task', containerPath: '/scratch' },
        data: { from: 'host', hostPath: '/srv/data', containerPath: '/data', readOnly: true },
        home: {
          from: 'efs',
          fileSystemId: 'fs-0a1b2c3d4e5f60718',
          accessPointId: 'fsap-0a1b2c3d4e5f60718',
          securityGroupId: 'sg-0a1b2c3d4e5f60718',
          containerPath: '/home',
        },
      },
      sidecars: {
        logger: {
          image: { ...image('ghcr.io/team/logger'), credentialsSecretArn: secretArn },
          healthCheck: ['CMD', '/healthy'],
          shellWaitsFor: 'HEALTHY',
          mounts: { scratch: '/scratch' },
        },
      },
    },
    service: {
      desiredCount: 2,
      loadBalancer: {
        targetGroupArn,
        containerPort: 8080,
        securityGroupId: 'sg-0a1b2c3d4e5f60718',
        healthCheckGraceSeconds: 30,
      },
      scaling: { minCount: 1, maxCount: 9, targetCpuPercent: 60, targetMemoryPercent: 70 },
      availabilityZoneRebalancing: true,
    },
    exec: { kmsKeyArn: keyArn },
    coldStartMetrics: { slowStartSeconds: 5, alarmTopicArns: [topicArn] },
    tags: { Team: 'shells' },
  },
  'ai-shell-golden-ami': {
    goldenAmi: { tagPrefixes: ['k-'], keepImages: 5 },
    warmPool: {
      timeZone: 'Europe/Berlin',
      schedule: [{ days: ['sat', 'sun'], from: '00:00', to: '24:00', minSize: 0 }],
      followDemand: { maxSize: 12 },
    },
  },
  'ai-shell-in-place': {
    rollout: 'in-place',
    goldenAmi: {},
    additionalImages: { proxy: image('public.ecr.aws/nginx/nginx') },
    service: { desiredCount: 1 },
  },
  'ai-shell-existing-cluster-and-groups': {
    cluster: { create: false, name: 'platform', otherCapacityProviders: ['FARGATE'] },
    network: { ...minimal.network, securityGroupIds: ['sg-0a1b2c3d4e5f60718'] },
    service: { desiredCount: 1 },
  },
  'ai-shell-hibernated': { warmPool: { state: 'Hibernated', minSize: 2, maxPreparedCapacity: 6 } },
  'ai-shell-running-pool': {
    warmPool: { state: 'Running' },
    refresh: { startedBy: 'command', alarmNames: ['shell-slow-start'] },
    task: false,
  },
  'ai-shell-spot': {
    warmPool: false,
    instances: {
      capacityType: 'spot',
      instanceTypes: ['m7g.large', 'm6g.large'],
      spot: { onDemandBase: 1, onDemandPercentAboveBase: 20, rebalance: true },
    },
  },
  'ai-shell-gpu': {
    ami: { from: 'id', id: 'ami-0b1c2d3e4f5061728' },
    instances: { architecture: 'x86_64', instanceTypes: ['g6.xlarge'] },
    task: { gpus: 1 },
    coldStartMetrics: false,
  },
} as const satisfies Record<string, Partial<AiShellEcsProps>>;

export type AiShellEcsVariant = keyof typeof variants;
export const aiShellEcsVariants = Object.keys(variants) as readonly AiShellEcsVariant[];

class VariantStack extends WarmpathStack {
  constructor(scope: App, id: string, variant: Partial<AiShellEcsProps>) {
    super(scope, id, { environmentName: 'local', environment: environments.local });
    addAiShellEcsOutputs(this, new AiShellEcs(this, 'ai-shell', { ...minimal, ...variant }));
  }
}

/** Adds the variant's stack to the app, under the variant's name. */
export function addAiShellEcsVariant(app: App, name: AiShellEcsVariant): TerraformStack {
  return new VariantStack(app, name, variants[name]);
}
