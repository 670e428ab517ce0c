import type { AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { DIGEST, REPOSITORY } from './props';
import { synthesize, userDataOf } from './synth';

const REFERENCE = `${REPOSITORY}@${DIGEST}`;

describe('AiShellEcs with the least props', () => {
  const shell = synthesize();
  const group = shell.one('aws_autoscaling_group');
  const template = shell.one('aws_launch_template');

  it('gives one digest to the task definition and to the pre-pull', () => {
    expect(JSON.stringify(shell.one('aws_ecs_task_definition')['container_definitions'])).toContain(
      REFERENCE,
    );
    expect(userDataOf(shell)).toContain(`IMAGES=${REFERENCE}\n`);
  });

  it('names group and hook after the construct', () => {
    expect(group['name']).toBe('shell-ecs-asg');
    expect(userDataOf(shell)).toContain('ASG_NAME=shell-ecs-asg\nHOOK_NAME=shell-image-ready\n');
  });

  it('holds an instance back by a hook that outlasts the pull and replaces what failed', () => {
    expect(group['initial_lifecycle_hook']).toEqual([
      {
        name: 'shell-image-ready',
        lifecycle_transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        heartbeat_timeout: 1200,
        default_result: 'ABANDON',
      },
    ]);
  });

  it('changes the same hook later, which the group does at its creation only', () => {
    const [initial] = group['initial_lifecycle_hook'] as Record<string, unknown>[];
    expect(shell.one('aws_autoscaling_lifecycle_hook')).toMatchObject(initial ?? {});
  });

  it('keeps a stopped warm pool whose instances never return', () => {
    expect(group['warm_pool']).toMatchObject({
      pool_state: 'Stopped',
      min_size: 2,
      instance_reuse_policy: { reuse_on_scale_in: false },
    });
  });

  it('refreshes protected instances too, and launches before it terminates', () => {
    expect(group['instance_refresh']).toMatchObject({
      strategy: 'Rolling',
      preferences: {
        scale_in_protected_instances: 'Refresh',
        min_healthy_percentage: 100,
        max_healthy_percentage: 110,
        skip_matching: true,
      },
    });
  });

  it('promises no rollback where an apply starts the refresh, because it would go to the failed version', () => {
    expect(JSON.stringify(group['instance_refresh'])).not.toContain('rollback');
  });

  it('uses the number of the latest template version, so that a change starts a refresh', () => {
    expect(group['launch_template']).toMatchObject({ version: expect.stringMatching(/\.latest_version\}$/) });
  });

  it('declares the tag that ECS sets, and leaves the count to ECS and the hook to its own resource', () => {
    expect(group['tag']).toContainEqual({
      key: 'AmazonECSManaged',
      value: 'true',
      propagate_at_launch: true,
    });
    expect(group['lifecycle']).toMatchObject({
      ignore_changes: ['desired_capacity', 'initial_lifecycle_hook'],
    });
  });

  it('waits for the permissions of the instances before it launches any', () => {
    expect(group['depends_on']).toEqual(
      expect.arrayContaining([expect.stringMatching(/^aws_iam_role_policy\.shell_instance-role/)]),
    );
  });

  it('admits IMDSv2 only, one hop, and encrypts a gp3 root volume', () => {
    expect(template['metadata_options']).toMatchObject({
      http_tokens: 'required',
      http_put_response_hop_limit: 1,
    });
    expect(template['block_device_mappings']).toEqual([
      { device_name: '/dev/xvda', ebs: expect.objectContaining({ volume_type: 'gp3', encrypted: 'true' }) },
    ]);
  });

  it('opens no port and no SSH', () => {
    expect(shell.count('aws_vpc_security_group_ingress_rule')).toBe(0);
    expect(template['key_name']).toBeUndefined();
  });

  it('lets ECS scale, drain and protect', () => {
    expect(shell.one('aws_ecs_capacity_provider')['auto_scaling_group_provider']).toMatchObject({
      managed_draining: 'ENABLED',
      managed_termination_protection: 'ENABLED',
      managed_scaling: { status: 'ENABLED', target_capacity: 100, instance_warmup_period: 60 },
    });
    expect(group['protect_from_scale_in']).toBe(true);
  });

  it('records and encrypts Exec sessions', () => {
    expect(shell.one('aws_ecs_cluster')['configuration']).toMatchObject({
      execute_command_configuration: {
        logging: 'OVERRIDE',
        log_configuration: { cloud_watch_encryption_enabled: true },
      },
    });
    expect(shell.count('aws_kms_key')).toBe(1);
  });

  it('allows no wildcard action, and a wildcard resource only where there is no other', () => {
    const wide = shell.statements.filter(({ Resource }) => JSON.stringify(Resource) === '["*"]');
    expect(JSON.stringify(shell.statements.map(({ Action }) => Action))).not.toContain('*');
    expect(wide.map(({ Sid }) => Sid).sort()).toEqual([
      'ExecSessions',
      'FindEndpoints',
      'FindLogGroup',
      'LogInToRegistry',
      'LogInToRegistry',
      'SessionManager',
    ]);
  });

  it('lets an instance end the launch of its own group only', () => {
    const [end] = shell.statements.filter(({ Sid }) => Sid === 'EndOwnLaunch');
    expect(end?.['Resource']).toEqual([expect.stringMatching(/autoScalingGroupName\/shell-ecs-asg$/)]);
  });

  it('reads the pull permission off the repository of the image', () => {
    const pulls = shell.statements.filter(({ Sid }) => Sid === 'PullImages');
    expect(new Set(pulls.map(({ Resource }) => JSON.stringify(Resource)))).toEqual(
      new Set([expect.stringMatching(/:ecr:eu-central-1:111111111111:repository\/ai-shell"\]$/)]),
    );
  });
});

describe('AiShellEcs whose refresh is started by a command', () => {
  function ignored(instanceTypes: readonly string[]) {
    const shell = synthesize({ refresh: { startedBy: 'command' }, instances: { instanceTypes } });
    const group = shell.one('aws_autoscaling_group');
    expect(group).not.toHaveProperty('instance_refresh');
    return (group['lifecycle'] as { readonly ignore_changes: readonly string[] }).ignore_changes;
  }

  it('leaves the version to the command, and nothing else of the template', () => {
    expect(ignored(['m7g.large'])).toEqual([
      'desired_capacity',
      'initial_lifecycle_hook',
      'launch_template[0].version',
    ]);
  });

  it('does so for several instance types too', () => {
    expect(ignored(['m7g.large', 'm6g.large'])).toEqual([
      'desired_capacity',
      'initial_lifecycle_hook',
      'mixed_instances_policy[0].launch_template[0].launch_template_specification[0].version',
    ]);
  });
});

describe('AiShellEcs that joins a cluster', () => {
  it('creates none, and leaves its list of providers alone unless told the others', () => {
    const joined = synthesize({ cluster: { create: false, name: 'platform' } });
    expect(joined.count('aws_ecs_cluster')).toBe(0);
    expect(joined.count('aws_ecs_cluster_capacity_providers')).toBe(0);
    expect(userDataOf(joined)).toContain('ECS_CLUSTER=platform\n');
  });

  it('writes the whole list when told the others', () => {
    const joined = synthesize({
      cluster: { create: false, name: 'platform', otherCapacityProviders: ['FARGATE'] },
    });
    expect(joined.one('aws_ecs_cluster_capacity_providers')['capacity_providers']).toEqual([
      'FARGATE',
      expect.stringContaining('aws_ecs_capacity_provider.'),
    ]);
  });
});

describe('AiShellEcs with several types', () => {
  it('mixes on-demand types in order of preference beside a warm pool', () => {
    const mixed = synthesize({ instances: { instanceTypes: ['m7g.large', 'm6g.large'] } });
    expect(mixed.one('aws_autoscaling_group')['mixed_instances_policy']).toMatchObject({
      instances_distribution: {
        on_demand_allocation_strategy: 'prioritized',
        on_demand_percentage_above_base_capacity: 100,
      },
      launch_template: { override: [{ instance_type: 'm7g.large' }, { instance_type: 'm6g.large' }] },
    });
  });

  it('on Spot has no pool, and an agent that drains on notice', () => {
    const spot = synthesize({ warmPool: false, instances: { capacityType: 'spot' } });
    expect(spot.one('aws_autoscaling_group')['warm_pool']).toBeUndefined();
    expect(userDataOf(spot)).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n');
    expect(userDataOf(spot)).not.toContain('ECS_WARM_POOLS_CHECK');
  });
});

describe('AiShellEcs with a hibernated pool', () => {
  const hibernated = synthesize({ warmPool: { state: 'Hibernated' } });

  it('configures hibernation in the template', () => {
    expect(hibernated.one('aws_launch_template')['hibernation_options']).toEqual({ configured: true });
  });
});

describe('AiShellEcs with given security groups', () => {
  it('creates none', () => {
    const given = synthesize({
      network: { vpcId: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
    });
    expect(given.count('aws_security_group')).toBe(0);
    expect(given.one('aws_launch_template')['vpc_security_group_ids']).toEqual(['sg-1']);
  });
});

describe('AiShellEcs with VPC endpoints', () => {
  const network = {
    vpcId: 'vpc-1',
    subnetIds: ['subnet-1'],
    endpoints: { routeTableIds: ['rtb-1'], vpcCidr: '10.0.0.0/16' },
  };
  function services(props: Partial<AiShellEcsProps>): string[] {
    const { json } = synthesize({ network, ...props });
    const resources = json['resource'] as Record<string, Record<string, { service_name: string }>>;
    return Object.values(resources['aws_vpc_endpoint']!)
      .map(({ service_name }) => service_name.replace(/^.*\}\./, ''))
      .sort();
  }
  const ofInstances = [
    'autoscaling',
    'ec2',
    'ecr.api',
    'ecr.dkr',
    'ecs',
    'ecs-agent',
    'ecs-telemetry',
    'logs',
    's3',
    'ssm',
    'ssmmessages',
  ];

  it('reaches every service that an instance talks to, and layers through the S3 gateway', () => {
    expect(services({ exec: false })).toEqual(ofInstances);
  });

  it('reaches what sessions, the golden AMI and secrets need, where they are there', () => {
    const everything = services({
      goldenAmi: {},
      task: { secrets: { TOKEN: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:token' } },
    });
    expect(everything).toEqual([...ofInstances, 'imagebuilder', 'kms', 'secretsmanager'].sort());
  });
});

describe('AiShellEcs with a tag', () => {
  it('asks ECR for the digest at plan and pins it everywhere', () => {
    const tagged = synthesize({ image: { from: 'tag', repositoryUrl: REPOSITORY, tag: 'v2' } });
    expect(tagged.one('data.aws_ecr_image')).toMatchObject({
      repository_name: 'ai-shell',
      registry_id: '111111111111',
      image_tag: 'v2',
    });
    const pinned = /ai-shell@\$\{data\.aws_ecr_image\.[^}]+\.image_digest\}/;
    expect(userDataOf(tagged)).toMatch(pinned);
    expect(JSON.stringify(tagged.one('aws_ecs_task_definition'))).toContain('image_digest');
  });
});

describe('AiShellEcs with secrets and a service', () => {
  const parameter = 'arn:aws:ssm:eu-central-1:111111111111:parameter/shell/token';
  const secret = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:shell-AbCdEf';
  const shell = synthesize({ task: { secrets: { A: parameter, B: secret } }, service: { desiredCount: 2 } });

  it('lets the execution role read exactly these, each by the one action it needs', () => {
    const read = shell.statements.filter(({ Sid }) => String(Sid).startsWith('Read'));
    expect(read).toEqual([
      expect.objectContaining({ Action: ['ssm:GetParameters'], Resource: [parameter] }),
      expect.objectContaining({ Action: ['secretsmanager:GetSecretValue'], Resource: [secret] }),
    ]);
  });

  it('names the whole secret where variables take single keys, versions or stages of it, and once', () => {
    const keyed = synthesize({
      task: {
        secrets: { USER: `${secret}:user::`, PASSWORD: `${secret}:password:AWSCURRENT:`, WHOLE: secret },
      },
    });
    const read = keyed.statements.filter(({ Sid }) => Sid === 'ReadSecrets');
    expect(read).toMatchObject([{ Resource: [secret] }]);
    const definition = String(keyed.one('aws_ecs_task_definition')['container_definitions']);
    for (const value of [`${secret}:user::`, `${secret}:password:AWSCURRENT:`])
      expect(definition).toContain(value);
  });

  it('runs the service on the capacity provider, with rollback, after the cluster knows the provider', () => {
    const service = shell.one('aws_ecs_service');
    expect(service['capacity_provider_strategy']).toHaveLength(1);
    expect(service['deployment_circuit_breaker']).toEqual({ enable: true, rollback: true });
    expect(service['depends_on']).toEqual([expect.stringMatching(/^aws_ecs_cluster_capacity_providers\./)]);
  });

  it('starts the container with an init process, a pinned digest that is enforced, and a log that never blocks', () => {
    const definition = JSON.stringify(shell.one('aws_ecs_task_definition')['container_definitions']);
    for (const part of ['initProcessEnabled', 'versionConsistency', 'non-blocking'])
      expect(definition).toContain(part);
  });
});
