/** A change of every prop of `AiShellEcs`: from which applied deployment, and to what. */
import type { AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { type ChangeCase, nested, shown } from './change-case';
import { REGISTRY, type Surroundings } from './surroundings';

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:ghcr-AbCdEf';
const RESERVATIONS_ARN = 'arn:aws:resource-groups:eu-central-1:123456789012:group/reservations';
const TARGET_GROUP_ARN =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shells/0a1b2c3d4e5f6071';
export const BOUNDARY_ARN = 'arn:aws:iam::123456789012:policy/boundary';
export const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';

function reference(repository: string, digit: string): string {
  return `${REGISTRY}/${repository}@sha256:${digit.repeat(64)}`;
}

/** The deployments that are applied, by name. */
export function bases({ vpcId, subnetIds, routeTableId, amiId, amiLockFile }: Surroundings) {
  const plain: AiShellEcsProps = {
    name: 'plain',
    image: { from: 'digest', reference: reference('ai-shell', '1') },
    network: { vpcId, subnetIds: subnetIds.slice(0, 1) },
    ami: { from: 'lock', lockFile: amiLockFile, region: 'eu-central-1' },
    service: { desiredCount: 1 },
  };
  return {
    plain,
    full: {
      ...plain,
      name: 'full',
      ami: { from: 'id', id: amiId },
      goldenAmi: {},
      cluster: { refuseExisting: true },
      network: { ...plain.network, endpoints: { routeTableIds: [routeTableId], vpcCidr: '10.7.0.0/16' } },
      refresh: { startedBy: 'command' },
      warmPool: { followDemand: { maxSize: 9 } },
    },
    spot: {
      ...plain,
      name: 'spot',
      warmPool: false,
      instances: { capacityType: 'spot' },
      coldStartMetrics: false,
      exec: false,
    },
    'in-place': {
      ...plain,
      name: 'in-place',
      rollout: 'in-place',
      coldStartMetrics: false,
      exec: false,
    },
  } as const satisfies Record<string, AiShellEcsProps>;
}

/** A deployment as the first version of this project made it, whose configuration is kept beside this file. */
export const firstVersion = {
  name: 'before',
  image: { from: 'digest', reference: reference('ai-shell', '1') },
  service: { desiredCount: 1 },
} as const;

export type Base = keyof ReturnType<typeof bases>;

/** Every change. Props that no value can change, because every other one is refused, are here too. */
export function changeCases({
  subnetIds,
  routeTableId,
  lockFile,
  movedAmiLockFile,
}: Surroundings): readonly ChangeCase<Base>[] {
  const cases: ChangeCase<Base>[] = [];
  function change(prop: string, to: unknown, base: Base = 'plain'): void {
    cases.push({ prop, to: shown(to), base, patch: nested(prop, to) });
  }
  /** A prop that does not change alone. */
  function changeWith(prop: string, to: string, patch: object, base: Base = 'plain'): void {
    cases.push({ prop, to, base, patch });
  }
  const otherAmi = 'ami-0a1b2c3d4e5f60718';

  change('name', 'renamed');
  change('image.reference', reference('ai-shell', '2'));
  changeWith('image.from', 'lock', { image: { from: 'lock', lockFile, name: 'shell' } });
  changeWith('image.lockFile', 'another file', { image: { from: 'lock', lockFile, name: 'shell' } });
  changeWith('image.name', 'other', { image: { from: 'lock', lockFile, name: 'other' } });
  const tagged = { from: 'tag', repositoryUrl: `${REGISTRY}/ai-shell`, tag: 'v2' };
  changeWith('image.tag', 'v2', { image: tagged });
  changeWith('image.repositoryUrl', 'another repository', {
    image: { ...tagged, repositoryUrl: `${REGISTRY}/other-shell` },
  });
  changeWith('image.digest', 'a digest', {
    image: { ...tagged, digest: { value: `sha256:${'3'.repeat(64)}`, lookUp: false } },
  });
  change('additionalImages', { proxy: { from: 'digest', reference: reference('proxy', '4') } });

  changeWith('image.credentialsSecretArn', 'a secret', {
    image: {
      from: 'digest',
      reference: `ghcr.io/team/shell@sha256:${'6'.repeat(64)}`,
      credentialsSecretArn: SECRET_ARN,
    },
  });

  change('network.vpcId', 'vpc-0fedcba9');
  change('network.ipv6', true);
  change('network.subnetIds', subnetIds);
  change('network.securityGroupIds', ['sg-0a1b2c3d4e5f60718']);
  changeWith('network.createSecurityGroup', 'true, beside a given one', {
    network: { securityGroupIds: ['sg-0a1b2c3d4e5f60718'], createSecurityGroup: true },
  });
  change('network.endpoints.routeTableIds', [routeTableId, 'rtb-0b1c2d3e'], 'full');
  change('network.endpoints.vpcCidr', '10.0.0.0/8', 'full');
  change('network.endpoints', { routeTableIds: [routeTableId], vpcCidr: '10.7.0.0/16' });

  change('ami.id', otherAmi, 'full');
  changeWith('ami.from', 'recommended', { ami: { from: 'recommended' } });
  changeWith('ami.given', 'an id', {
    ami: { from: 'recommended', given: { value: otherAmi, lookUp: false } },
  });
  const byId = { from: 'id', id: otherAmi };
  changeWith('ami.from', 'id', { ami: { ...byId, lockFile: undefined, region: undefined } });
  changeWith('ami.lockFile', 'a moved lock', { ami: { lockFile: movedAmiLockFile } });
  change('ami.region', 'eu-west-1');
  const own = '/teams/shell/ami';
  changeWith('ami.parameter', own, { ami: { from: 'ssm', parameter: own, resolve: 'plan' } });
  changeWith('ami.resolve', 'launch', { ami: { from: 'ssm', parameter: own, resolve: 'launch' } }, 'full');

  change('instances.instanceTypes', ['m7g.xlarge']);
  change('instances.checkTypes', false);
  changeWith('instances.architecture', 'x86_64', { instances: { architecture: 'x86_64' } });
  change('instances.spot.onDemandBase', 2, 'spot');
  change('instances.spot.onDemandPercentAboveBase', 25, 'spot');
  change('instances.spot.allocationStrategy', 'capacity-optimized', 'spot');
  change('instances.spot.rebalance', true, 'spot');
  change('instances.capacityReservation.use', 'first');
  changeWith('instances.capacityReservation.reservationIds', '["cr-…"]', {
    instances: { capacityReservation: { use: 'only', reservationIds: ['cr-0a1b2c3d4e5f60718'] } },
  });
  changeWith('instances.capacityReservation.resourceGroupArns', 'a group', {
    instances: { capacityReservation: { use: 'first', resourceGroupArns: [RESERVATIONS_ARN] } },
  });
  change('instances.availabilityZoneDistribution', 'balanced-only');
  change('instances.minSize', 1);
  change('instances.maxSize', 8);
  change('instances.desiredCapacity', 2);
  change('instances.rootVolume.sizeGib', 100);
  change('instances.rootVolume.iops', 4000);
  change('instances.rootVolume.throughputMibps', 500);
  change('instances.rootVolume.initializationRateMibps', 200);
  change('instances.rootVolume.encrypted', false);
  change('instances.rootVolume.kmsKeyArn', KEY_ARN);
  change('instances.launchTemplateVersion', '$Latest', 'full');
  change('instances.maxInstanceLifetimeSeconds', 604_800);
  changeWith('instances.maintenance.minHealthyPercent', '90', {
    instances: { maintenance: { minHealthyPercent: 90, maxHealthyPercent: 110 } },
  });
  changeWith('instances.maintenance.maxHealthyPercent', '120', {
    instances: { maintenance: { minHealthyPercent: 100, maxHealthyPercent: 120 } },
  });
  change('instances.waitForCapacityTimeout', '30m');
  change('instances.protectFromScaleIn', false);
  change('instances.forceDelete', true);

  change('warmPool', false);
  change('warmPool.state', 'Running');
  change('warmPool.minSize', 3);
  change('warmPool.maxPreparedCapacity', 10);
  change('warmPool.reuseOnScaleIn', true);
  change('warmPool.schedule', [{ from: '22:00', to: '06:00', minSize: 0 }]);
  change('warmPool.followDemand.maxSize', 9);

  change('prepull.timeoutSeconds', 1200);
  change('prepull.unusedImageHours', 24);
  change('prepull.minFreeMib', 8192);
  change('prepull.keepSuperseded', 2);
  change('prepull.onFailure', 'CONTINUE');
  change('prepull.hookTimeoutSeconds', 1500);

  change('userData.beforeGate', 'echo before');
  change('userData.afterGate', 'echo after');

  change('agent.imagePullBehavior', 'always');
  change('agent.containerStopTimeout', '120s');
  change('agent.reservedMemoryMib', 512);
  change('agent.taskCleanupWait', '30m');
  change('agent.untrackedImageCleanup', true);
  change('agent.blockImdsForAwsvpc', false);
  change('agent.attributes', { purpose: 'shell' });
  change('agent.extra', { ECS_LOGLEVEL: 'warn' });

  change('refresh', false);
  change('refresh.startedBy', 'command');
  change('refresh.minHealthyPercent', 90);
  change('refresh.maxHealthyPercent', 150);
  change('refresh.instanceWarmupSeconds', 60);
  change('refresh.checkpointPercentages', [20, 50, 100]);
  changeWith('refresh.checkpointDelaySeconds', '600', {
    refresh: { checkpointPercentages: [20, 50, 100], checkpointDelaySeconds: 600 },
  });
  change('refresh.autoRollback', false, 'full');
  change('refresh.skipMatching', false);
  changeWith('refresh.scaleInProtectedInstances', 'Wait', {
    refresh: { scaleInProtectedInstances: 'Wait' },
    capacityProvider: { managedTerminationProtection: false },
  });
  change('refresh.standbyInstances', 'Ignore');
  change('refresh.alarmNames', ['shell-slow-start']);

  changeWith('cluster.create', 'false', {
    cluster: { create: false, name: 'platform', otherCapacityProviders: [] },
  });
  change('cluster.name', 'shells');
  change('cluster.refuseExisting', false, 'full');
  change('cluster.containerInsights', 'enabled');
  change('cluster.otherCapacityProviders', ['FARGATE']);

  change('capacityProvider.name', 'other-capacity');
  changeWith('capacityProvider.managedScaling', 'false', {
    capacityProvider: { managedScaling: false, managedTerminationProtection: false },
  });
  change('capacityProvider.targetCapacityPercent', 80);
  change('capacityProvider.minimumScalingStepSize', 2);
  change('capacityProvider.maximumScalingStepSize', 10);
  change('capacityProvider.instanceWarmupSeconds', 30);
  change('capacityProvider.managedDraining', false);
  change('capacityProvider.managedTerminationProtection', false);

  change('task', false);
  change('task.cpuUnits', 1024);
  change('task.memoryMib', 2048);
  change('task.command', ['sleep', 'infinity']);
  change('task.environment', { LANG: 'C.UTF-8' });
  change('task.secrets', { TOKEN: 'arn:aws:ssm:eu-central-1:123456789012:parameter/shell/token' });
  change('task.networkMode', 'awsvpc');
  change('task.stopTimeoutSeconds', 120);
  change('task.readonlyRootFilesystem', true);
  change('task.user', '1000:1000');
  change('task.noNewPrivileges', true);
  change('task.ulimits', { nofile: { soft: 4096, hard: 65_536 } });
  changeWith('task.gpus', '1, on types with one', {
    task: { gpus: 1 },
    instances: { architecture: 'x86_64', instanceTypes: ['g6.xlarge'] },
  });
  change('task.volumes', {
    home: {
      from: 'efs',
      fileSystemId: 'fs-0a1b2c3d',
      containerPath: '/home',
      securityGroupId: 'sg-0a1b2c3d',
    },
  });
  changeWith('task.sidecars', 'a proxy', {
    task: { sidecars: { proxy: { image: { from: 'digest', reference: reference('proxy', '4') } } } },
  });
  change('task.taskRoleArn', 'arn:aws:iam::123456789012:role/shells');

  change('service', undefined);
  change('service.desiredCount', 3);
  change('service.minimumHealthyPercent', 50);
  change('service.maximumPercent', 150);
  const loadBalancer = {
    targetGroupArn: TARGET_GROUP_ARN,
    containerPort: 8080,
    securityGroupId: 'sg-0a1b2c3d',
  };
  for (const [prop, to] of [
    ['targetGroupArn', 'a target group'],
    ['containerPort', '8080'],
    ['securityGroupId', 'a group'],
  ] as const)
    changeWith(`service.loadBalancer.${prop}`, to, { service: { loadBalancer } });
  changeWith('service.loadBalancer.healthCheckGraceSeconds', '30', {
    service: { loadBalancer: { ...loadBalancer, healthCheckGraceSeconds: 30 } },
  });
  const scaling = { minCount: 1, maxCount: 9 };
  for (const [prop, to] of [
    ['minCount', '1'],
    ['maxCount', '9'],
    ['targetCpuPercent', '60'],
  ] as const)
    changeWith(`service.scaling.${prop}`, to, { service: { scaling: { ...scaling, targetCpuPercent: 60 } } });
  changeWith('service.scaling.targetMemoryPercent', '70', {
    service: { scaling: { ...scaling, targetMemoryPercent: 70 } },
  });
  change('service.availabilityZoneRebalancing', true);
  change('exec', false);
  change('exec.recordRetentionDays', 731);
  changeWith('exec.retainRecord', 'true', { exec: { kmsKeyArn: KEY_ARN, retainRecord: true } });
  change('exec.kmsKeyArn', KEY_ARN);
  change('logs.retentionDays', 90);
  change('logs.kmsKeyArn', KEY_ARN);
  change('roles.namePrefix', 'team-');
  change('roles.nameSuffix', '-eucentral1');
  change('roles.path', '/teams/');
  change('roles.permissionsBoundaryArn', BOUNDARY_ARN);
  change('region', 'eu-central-1');
  change('partition', 'aws');

  change('goldenAmi', {});
  change('goldenAmi', undefined, 'full');
  change('goldenAmi.tagPrefixes', ['k-'], 'full');
  change('goldenAmi.schedule', 'cron(0 4 ? * sat *)', 'full');
  change('goldenAmi.buildInstanceTypes', ['c7g.large'], 'full');
  change('goldenAmi.keepImages', 5, 'full');
  change('goldenAmi.amiName', 'shells-{{ imagebuilder:buildDate }}', 'full');
  change('goldenAmi.fastSnapshotRestoreZones', ['eu-central-1a'], 'full');

  change('coldStartMetrics', false);
  change('coldStartMetrics.slowStartSeconds', 5);
  change('coldStartMetrics.alarmTopicArns', ['arn:aws:sns:eu-central-1:123456789012:alarms']);
  change('tags', { Team: 'shells' });

  change('rollout', 'in-place');
  changeWith('rollout', 'replace', { rollout: 'replace' }, 'in-place');
  change('inPlaceRollout.startedBy', 'command', 'in-place');
  change('inPlaceRollout.poolRenewal', 'lazy', 'in-place');
  change('inPlaceRollout.readyPercent', 90, 'in-place');
  const inPlaceToo = { image: { reference: reference('ai-shell', '2') } };
  changeWith('image.reference', 'another one, in place', inPlaceToo, 'in-place');
  changeWith('warmPool.minSize', '3, in place', { warmPool: { minSize: 3 } }, 'in-place');
  change('warmPool.schedule', [{ from: '22:00', to: '06:00', minSize: 0 }], 'in-place');
  // Each changes what the function reads, and nothing else.
  change('warmPool.timeZone', 'Europe/Berlin', 'full');
  change('warmPool.followDemand.minSize', 0, 'full');
  change('warmPool.followDemand.coveredPercent', 95, 'full');
  change('warmPool.followDemand.refillSeconds', 300, 'full');

  // Between the ways to be, where one prop alone is not the whole of it.
  changeWith('instances.capacityType', 'spot', { instances: { capacityType: 'spot' }, warmPool: false });
  changeWith('instances.instanceTypes', 'two types', {
    instances: { instanceTypes: ['m7g.large', 'm6g.large'] },
  });
  changeWith('instances.rootVolume.encrypted', 'with hibernation', { warmPool: { state: 'Hibernated' } });
  return cases;
}
