import { Fn, TerraformElement, TerraformStack, Testing, Token } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { InvalidAiShellEcsError } from '../../../modules/ai-shell-ecs/errors';
import { rules } from '../../../modules/ai-shell-ecs/rules';
import { goDurationSeconds } from '../../../modules/ai-shell-ecs/rules/rule';
import { resolveSettings } from '../../../modules/ai-shell-ecs/settings';
import { DIGEST, minimal, REPOSITORY } from './props';

type Case = readonly [rule: string, props: Partial<AiShellEcsProps>, cure: RegExp];

const launchAmi = { from: 'ssm', parameter: '/ami', resolve: 'launch' } as const;

const OFFICE = { days: ['mon', 'tue'], from: '08:00', to: '18:00', minSize: 9 } as const;

function rootVolume(volume: object) {
  return { instances: { rootVolume: volume } };
}

function spot(options: object) {
  return { warmPool: false, instances: { capacityType: 'spot', spot: options } } as const;
}

const efs = { from: 'efs', fileSystemId: 'fs-1', containerPath: '/home' } as const;
const ghcr = { from: 'digest', reference: `ghcr.io/team/proxy@${DIGEST}` } as const;
const login = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:ghcr-AbCdEf';
const balancer = {
  targetGroupArn: 'arn:…:targetgroup/shells/1',
  containerPort: 8080,
  securityGroupId: 'sg-2',
};

function sidecar(props: object): Partial<AiShellEcsProps> {
  return { task: { sidecars: { proxy: { image: ghcr, ...props } } } };
}

function service(props: object): Partial<AiShellEcsProps> {
  return { service: { desiredCount: 1, ...props } };
}

/** A broken combination per rule, and the words of its message that tell the way out. */
const cases: readonly Case[] = [
  ['name-malformed', { name: 'My Shell' }, /shorten or correct it/],
  ['in-place-settings-without-it', { inPlaceRollout: {} }, /write rollout: 'in-place'/],
  ['in-place-image-names', { rollout: 'in-place', additionalImages: { shell: ghcr } }, /rename one/],
  [
    'in-place-too-many-images',
    {
      rollout: 'in-place',
      additionalImages: Object.fromEntries(
        Array.from({ length: 14 }, (_, index) => [`image-${index}`, ghcr]),
      ),
    },
    /keep fewer on a host/,
  ],
  [
    'in-place-ready-percent',
    { rollout: 'in-place', inPlaceRollout: { readyPercent: 0 } },
    /1 to 100|1-100|percent/,
  ],

  ['no-subnets', { network: { vpcId: 'vpc-1', subnetIds: [] } }, /add them/],
  [
    'node-version',
    { nodeVersion: 24 },
    /needs 6\.19\.0 or later; raise the lock with npm run lock, or take 22/,
  ],
  ['no-instance-types', { instances: { instanceTypes: [] } }, /correct the list/],
  [
    'instance-type-of-other-architecture',
    { instances: { instanceTypes: ['m7i.large'] } },
    /architecture: 'x86_64'/,
  ],
  ['group-sizes', { instances: { minSize: 5, maxSize: 4 } }, /in this order/],
  ['instance-lifetime', { instances: { maxInstanceLifetimeSeconds: 3600 } }, /at least 86400/],
  ['ami-id', { ami: { from: 'id', id: 'resolve:ssm:/ami' } }, /resolve: 'plan'/],
  [
    'ami-without-gate',
    {
      ami: {
        from: 'ssm',
        parameter: '/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id',
        resolve: 'plan',
      },
    },
    /Bottlerocket .*Amazon Linux 2023/,
  ],
  ['spot-options-on-demand', { instances: { spot: { onDemandBase: 1 } } }, /capacityType: 'spot'/],
  ['spot-on-demand-base', spot({ onDemandBase: -1 }), /0 to 10000/],
  ['spot-on-demand-share', spot({ onDemandPercentAboveBase: 101 }), /0 to 100 percent/],
  [
    'reservation-of-spot',
    { warmPool: false, instances: { capacityType: 'spot', capacityReservation: { use: 'first' } } },
    /leave one out/,
  ],
  [
    'reservation-named-but-unused',
    { instances: { capacityReservation: { use: 'none', reservationIds: ['cr-1'] } } },
    /use: 'first'/,
  ],
  ['root-volume-size', rootVolume({ sizeGib: 8 }), /30 to 65536/],

  ['root-volume-iops', rootVolume({ iops: 100 }), /3000 to 80000/],
  ['root-volume-throughput', rootVolume({ throughputMibps: 10 }), /125 to 2000/],
  ['volume-initialization-rate', rootVolume({ initializationRateMibps: 99 }), /100 to 300/],
  [
    'ami-lock-unusable',
    { ami: { from: 'lock', lockFile: '/nowhere/ami.lock.json', region: 'eu-central-1' } },
    /run warmpath coldstart ami --update --region eu-central-1 --architecture arm64/,
  ],
  [
    'image-lock-unusable',
    { image: { from: 'lock', lockFile: '/nowhere/images.lock.json', name: 'shell' } },
    /names of images to their repo, key, tag, digest/,
  ],
  ['image-without-digest', { image: { from: 'digest', reference: `${REPOSITORY}:latest` } }, /@sha256:/],
  [
    'image-url-with-tag',
    { image: { from: 'tag', repositoryUrl: `${REPOSITORY}:v1@${DIGEST}`, tag: 'v1' } },
    /without scheme, tag and digest/,
  ],
  [
    'image-tag-outside-ecr',
    { image: { from: 'tag', repositoryUrl: 'docker.io/library/alpine', tag: '3' } },
    /from: 'digest'/,
  ],
  ['image-tag-malformed', { image: { from: 'tag', repositoryUrl: REPOSITORY, tag: 'a b' } }, /correct it/],
  [
    'registry-login-malformed',
    { additionalImages: { proxy: { ...ghcr, credentialsSecretArn: `${login}:password::` } } },
    /without a JSON key/,
  ],
  [
    'registry-login-for-ecr',
    { image: { from: 'digest', reference: `${REPOSITORY}@${DIGEST}`, credentialsSecretArn: login } },
    /leave it out/,
  ],
  [
    'registry-logins-differ',
    { additionalImages: { proxy: ghcr, other: { ...ghcr, credentialsSecretArn: login } } },
    /the same secret at each/,
  ],
  ['pull-always-asks-the-registry', { agent: { imagePullBehavior: 'default' } }, /'prefer-cached'/],
  ['warm-pool-with-spot', { warmPool: {}, instances: { capacityType: 'spot' } }, /warmPool: false/],
  [
    'pool-plan-of-variable',
    { warmPool: { schedule: Token.asAny(Fn.tolist([])) as never } },
    /or rollout: 'in-place'/,
  ],
  ['pool-time-zone-without-plan', { warmPool: { timeZone: 'UTC' } }, /add one of them, or leave it out/],
  ['pool-time-zone', { warmPool: { schedule: [], timeZone: 'Europe/Atlantis' } }, /IANA names, .*write one/],
  ['pool-window', { warmPool: { schedule: [{ ...OFFICE, to: '18' }] } }, /write such a time/],
  [
    'pool-windows-overlap',
    { warmPool: { schedule: [OFFICE, { from: '17:59', to: '07:00', minSize: 0 }] } },
    /end one where the other begins/,
  ],
  [
    'pool-window-skipped',
    { warmPool: { timeZone: 'Europe/Berlin', schedule: [{ from: '02:00', to: '03:00', minSize: 9 }] } },
    /skip 60 minutes; begin it earlier/,
  ],
  [
    'pool-plan-and-prepared-capacity',
    { warmPool: { schedule: [OFFICE], maxPreparedCapacity: 10 } },
    /leave it out/,
  ],
  ['pool-demand-unmeasured', { warmPool: { followDemand: { maxSize: 9 } } }, /leave coldStartMetrics out/],
  [
    'pool-demand-bounds',
    { coldStartMetrics: {}, warmPool: { followDemand: { maxSize: 9, minSize: 10 } } },
    /write a whole number within it/,
  ],
  ['warm-pool-reuse', { warmPool: { reuseOnScaleIn: true } }, /leave it out/],
  ['warm-pool-sizes', { warmPool: { minSize: -2, maxPreparedCapacity: 1 } }, /1 or more, or warmPool: false/],
  [
    'hibernation-of-instance-type',
    { warmPool: { state: 'Hibernated' }, instances: { instanceTypes: ['r7g.4xlarge'] } },
    /at least 158/,
  ],
  [
    'root-volume-iops-for-size',
    { instances: { rootVolume: { sizeGib: 30, iops: 16_000 } } },
    /at most 15000/,
  ],
  [
    'root-volume-throughput-for-iops',
    { instances: { rootVolume: { throughputMibps: 1000 } } },
    /at least 4000 IOPS/,
  ],
  ['agent-attribute-malformed', { agent: { attributes: { 'team name': 'a' } } }, /does not register/],
  ['exec-key-alias', { exec: { kmsKeyArn: 'alias/shells' } }, /neither an alias nor an id/],
  ['exec-record-without-key', { exec: { retainRecord: true } }, /a key of your own/],
  ['exec-record-retention', { exec: { recordRetentionDays: 366 } }, /365, 400/],
  ['warm-pool-never-filled', { warmPool: { minSize: 4, maxPreparedCapacity: 3 } }, /at least 4, or -1/],
  [
    'hibernation-unencrypted',
    { warmPool: { state: 'Hibernated' }, instances: { rootVolume: { encrypted: false } } },
    /'Stopped'/,
  ],
  ['hook-timeout-range', { prepull: { hookTimeoutSeconds: 7201 } }, /30 to 7200/],
  ['hook-ends-before-pull', { prepull: { timeoutSeconds: 600, hookTimeoutSeconds: 600 } }, /more than 600/],
  ['capacity-wait-shorter-than-hook', { instances: { waitForCapacityTimeout: '10m' } }, /at least '1200s'/],
  ['prepull-timeout-range', { prepull: { timeoutSeconds: 5 } }, /10 to 7170/],
  ['unused-image-hours-range', { prepull: { unusedImageHours: 0 } }, /1 to 8760|1 to 8,760/],
  ['refresh-bounds', { refresh: { minHealthyPercent: 50, maxHealthyPercent: 200 } }, /minimum to 100/],
  [
    'maintenance-bounds',
    { instances: { maintenance: { minHealthyPercent: 101, maxHealthyPercent: 110 } } },
    /0 to 100/,
  ],
  ['refresh-checkpoints', { refresh: { checkpointPercentages: [50, 20] } }, /\[20, 50, 100\]/],
  ['refresh-checkpoint-delay', { refresh: { checkpointDelaySeconds: 172_801 } }, /0 to 172800/],
  ['refresh-alarms', { refresh: { alarmNames: Array.from({ length: 11 }, (_, i) => `a${i}`) } }, /composite/],
  ['refresh-never-starts', { instances: { launchTemplateVersion: '$Latest' } }, /refresh: false/],
  ['rollback-by-apply', { refresh: { autoRollback: true } }, /#34189.*startedBy: 'command'/],
  [
    'preference-unknown-to-command',
    { refresh: { startedBy: 'command', checkpointPercentages: [50, 100], standbyInstances: 'Wait' } },
    /got checkpointPercentages, standbyInstances .*startedBy: 'apply'/,
  ],
  [
    'rollback-with-alias',
    { refresh: { startedBy: 'command' }, instances: { launchTemplateVersion: '$Default' } },
    /autoRollback: false/,
  ],
  ['rollback-with-ami-at-launch', { refresh: { startedBy: 'command' }, ami: launchAmi }, /resolve: 'plan'/],
  ['skip-matching-with-ami-at-launch', { ami: launchAmi }, /skipMatching: false/],
  [
    'termination-protection-without-scaling',
    { capacityProvider: { managedScaling: false } },
    /both to false/,
  ],
  [
    'termination-protection-without-scale-in-protection',
    { instances: { protectFromScaleIn: false } },
    /leave protectFromScaleIn out/,
  ],
  [
    'termination-protection-blocks-refresh',
    { refresh: { scaleInProtectedInstances: 'Ignore' } },
    /write 'Refresh'/,
  ],
  ['target-capacity-range', { capacityProvider: { targetCapacityPercent: 101 } }, /1 to 100/],
  ['scaling-step-minimum-range', { capacityProvider: { minimumScalingStepSize: 0 } }, /1 to 10000/],
  ['scaling-step-maximum-range', { capacityProvider: { maximumScalingStepSize: 10_001 } }, /1 to 10000/],
  [
    'scaling-steps-crossed',
    { capacityProvider: { minimumScalingStepSize: 9, maximumScalingStepSize: 8 } },
    /swap them/,
  ],
  ['instance-warmup-range', { capacityProvider: { instanceWarmupSeconds: 10_001 } }, /0 to 10000/],
  ['capacity-provider-name', { capacityProvider: { name: 'ecs-shell' } }, /write another/],
  ['agent-derived-variable', { agent: { extra: { ECS_WARM_POOLS_CHECK: 'false' } } }, /set those props/],
  ['agent-variable-malformed', { agent: { extra: { ECS_X: 'a\nECS_CLUSTER=other' } } }, /without line break/],
  ['stop-timeout-unit', { agent: { containerStopTimeout: '120' } }, /'120s'/],
  ['cleanup-wait-unit', { agent: { taskCleanupWait: '5s' } }, /'10m'/],
  ['untracked-cleanup', { agent: { untrackedImageCleanup: true } }, /leave it out/],
  ['user-data-ends-early', { userData: { beforeGate: 'a\nWARMPATH_FILE\nb' } }, /another word/],
  [
    'user-data-too-large',
    {
      agent: {
        attributes: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i * 7919}`, `${i * i}`])),
      },
    },
    /shorten them/,
  ],
  ['service-without-task', { service: { desiredCount: 1 }, task: false }, /remove service/],
  [
    'service-on-unlisted-provider',
    { service: { desiredCount: 1 }, cluster: { create: false, name: 'platform' } },
    /\[\] if it has none/,
  ],
  ['load-balancer-port', service({ loadBalancer: { ...balancer, containerPort: 0 } }), /1 to 65535/],
  [
    'load-balancer-without-way',
    service({ loadBalancer: { targetGroupArn: balancer.targetGroupArn, containerPort: 80 } }),
    /group of the load balancer/,
  ],
  ['service-scaling', service({ scaling: { minCount: 1, maxCount: 4 } }), /targetCpuPercent/],
  [
    'rebalancing-without-room',
    service({ availabilityZoneRebalancing: true, maximumPercent: 100 }),
    /more than 100/,
  ],
  ['task-ulimits', { task: { ulimits: { nofile: { soft: 2, hard: 1 } } } }, /at most the hard one/],
  ['task-gpus', { task: { gpus: 0.5 } }, /0 to 16/],
  ['gpus-without-driver', { task: { gpus: 1 } }, /gpu\/recommended/],
  ['gpus-without-gpu', { task: { gpus: 1 }, ami: { from: 'id', id: 'ami-1' } }, /g6\.xlarge/],
  ['volume-path', { task: { volumes: { home: { from: 'task', containerPath: 'home' } } } }, /begins with \//],
  [
    'volume-of-the-host',
    {
      task: { volumes: { engine: { from: 'host', hostPath: '/var/run/docker.sock', containerPath: '/s' } } },
    },
    /\/srv\/shells/,
  ],
  ['volume-without-way', { task: { volumes: { home: efs } } }, /group of the mount targets/],
  ['sidecar-name', { task: { sidecars: { shell: { image: ghcr } } } }, /choose another/],
  ['sidecar-health', sidecar({ shellWaitsFor: 'HEALTHY' }), /add one, or write 'START'/],
  ['sidecar-mount', sidecar({ mounts: { tmp: '/tmp' } }), /add it to task\.volumes/],
  ['exec-with-readonly-root', { task: { readonlyRootFilesystem: true } }, /exec: false/],
  ['task-stop-timeout', { task: { stopTimeoutSeconds: 0 } }, /1 to 86400/],
  ['task-cpu', { task: { cpuUnits: 64 } }, /128 to 196608/],
  ['task-memory', { task: { memoryMib: 1 } }, /6 to/],
  ['log-retention', { logs: { retentionDays: 31 } }, /choose one of them/],
  ['golden-ami-name', { goldenAmi: { amiName: 'shell' } }, /imagebuilder:buildDate/],
  ['golden-ami-volume-size', { goldenAmi: {}, ...rootVolume({ sizeGib: 20_000 }) }, /at most that/],
  ['golden-ami-retention', { goldenAmi: { keepImages: 11 } }, /1 to 10/],
  [
    'golden-ami-outside-ecr',
    { goldenAmi: {}, image: { from: 'digest', reference: `ghcr.io/team/shell@${DIGEST}` } },
    /leave goldenAmi out/,
  ],
  [
    'golden-ami-two-accelerators',
    { goldenAmi: { fastSnapshotRestoreZones: ['a'] }, ...rootVolume({ initializationRateMibps: 200 }) },
    /write one of them/,
  ],
  [
    'golden-ami-component-size',
    {
      goldenAmi: {},
      additionalImages: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`i${i}`, minimal.image])),
    },
    /bake fewer images/,
  ],
  ['golden-ami-and-ami', { goldenAmi: {}, ami: launchAmi }, /leave ami out/],
];

describe('rules of ai-shell-ecs', () => {
  it('let the minimal props through', () => {
    const settings = resolveSettings(minimal);
    expect(rules.filter(({ problem }) => problem(settings) !== undefined)).toEqual([]);
  });

  it('each have a case here, under one id', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(cases.map(([id]) => id).sort()).toEqual([...ids].sort());
  });

  it.each(cases)('refuse %s and say what to write instead', (id, props, cure) => {
    const rule = rules.find((candidate) => candidate.id === id);
    const message = rule?.problem(resolveSettings({ ...minimal, ...props }));
    expect(message).toMatch(cure);
    expect(message).toMatch(/: got .+;/);
  });

  function refusedBy(props: Partial<AiShellEcsProps>): readonly string[] {
    const settings = resolveSettings({ ...minimal, ...props });
    return rules.filter(({ problem }) => problem(settings) !== undefined).map(({ id }) => id);
  }

  it.each([
    ...[
      '/',
      '/var/lib',
      '/var//lib/ecs/',
      '/etc/../run/docker.sock',
      '/root/.ssh',
      'relative',
      '/var/lib/docker/volumes',
    ],
  ])('refuse the folder %s of the host', (hostPath) => {
    const volumes = { v: { from: 'host', hostPath, containerPath: '/v' } } as const;
    expect(refusedBy({ task: { volumes } })).toEqual(['volume-of-the-host']);
  });

  it.each(['/srv/shells', '/data', '/var/lib/shells', '/mnt/etc', '/rooted'])(
    'take the folder %s of the host',
    (hostPath) => {
      const volumes = { v: { from: 'host', hostPath, containerPath: '/v' } } as const;
      expect(refusedBy({ task: { volumes } })).toEqual([]);
    },
  );

  it.each([
    [
      'a Windows AMI',
      '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id',
    ],
    ['Amazon Linux 2', '/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id'],
  ])('refuse %s, on which nothing could hold the agent back', (_what, parameter) => {
    expect(refusedBy({ ami: { from: 'ssm', parameter, resolve: 'plan' } })).toEqual(['ami-without-gate']);
  });

  it.each<[string, Partial<AiShellEcsProps>]>([
    [
      'the GPU AMI of Amazon Linux 2023 with GPUs',
      {
        ami: {
          from: 'ssm',
          parameter: '/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id',
          resolve: 'plan',
        },
        instances: { architecture: 'x86_64', instanceTypes: ['g6.xlarge'] },
        task: { gpus: 1 },
      },
    ],
    ['Spot with an on-demand base', spot({ onDemandBase: 2, onDemandPercentAboveBase: 20, rebalance: true })],
    [
      'limits without an end',
      { task: { ulimits: { memlock: { soft: -1, hard: -1 }, nofile: { soft: 1024, hard: 4096 } } } },
    ],
    [
      'a service that follows its load',
      service({ scaling: { minCount: 1, maxCount: 4, targetCpuPercent: 60 } }),
    ],
    [
      'an EFS volume with given groups',
      {
        task: { volumes: { home: efs } },
        network: { ...minimal.network, securityGroupIds: ['sg-1'] },
      },
    ],
    [
      'a sidecar from a private registry',
      {
        task: {
          sidecars: {
            proxy: {
              image: { ...ghcr, credentialsSecretArn: login },
              shellWaitsFor: 'HEALTHY',
              healthCheck: ['CMD', 'true'],
            },
          },
        },
      },
    ],
  ])('take %s', (_what, props) => {
    expect(refusedBy(props)).toEqual([]);
  });

  it('judge the images of sidecars as any other', () => {
    expect(refusedBy(sidecar({ image: { from: 'digest', reference: 'ghcr.io/team/proxy:v1' } }))).toEqual([
      'image-without-digest',
    ]);
  });

  it('throw every problem at once, before any resource exists', () => {
    const stack = new TerraformStack(Testing.app(), 'stack');
    function build() {
      return new AiShellEcs(stack, 'shell', {
        ...minimal,
        warmPool: { reuseOnScaleIn: true },
        agent: { containerStopTimeout: '120' },
      });
    }
    expect(build).toThrow(InvalidAiShellEcsError);
    expect(stack.node.findAll().filter(TerraformElement.isTerraformElement).slice(1)).toEqual([]);
  });

  it('name each problem of a refusal on its own line', () => {
    const error = new InvalidAiShellEcsError('stack/shell', ['a: got 1; choose 2', 'b: got 3; choose 4']);
    expect(error.message.split('\n')).toEqual([
      'stack/shell: 2 problem(s):',
      '- a: got 1; choose 2',
      '- b: got 3; choose 4',
    ]);
  });
});

describe('goDurationSeconds()', () => {
  it.each([
    ['90s', 90],
    ['1m30s', 90],
    ['1.5h', 5400],
    ['500ms', 0.5],
    ['0', 0],
    ['120', undefined],
    ['', undefined],
    ['1d', undefined],
  ])('reads %p as %p', (text, seconds) => {
    expect(goDurationSeconds(text)).toBe(seconds);
  });
});
