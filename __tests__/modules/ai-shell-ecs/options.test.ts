/** What users of the public modules rely on, in the resources that come of it. */
import type { AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { DIGEST } from './props';
import { synthesize, userDataOf } from './synth';

const proxy = { from: 'digest', reference: `ghcr.io/team/proxy@${DIGEST}` } as const;
const login = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:ghcr-AbCdEf';

/** The containers, in the words of Terraform: an expression is not JSON. */
function containersOf(props: Partial<AiShellEcsProps>): string {
  return String(synthesize(props).one('aws_ecs_task_definition')['container_definitions']);
}

describe('sidecars', () => {
  const shell = synthesize({
    goldenAmi: {},
    task: {
      secrets: { A: 'arn:aws:ssm:eu-central-1:111111111111:parameter/a' },
      volumes: { tmp: { from: 'task', containerPath: '/shared' } },
      sidecars: {
        proxy: {
          image: { ...proxy, credentialsSecretArn: login },
          environment: { PORT: '3128' },
          secrets: { B: 'arn:aws:ssm:eu-central-1:111111111111:parameter/b' },
          healthCheck: ['CMD', '/healthy'],
          shellWaitsFor: 'HEALTHY',
          mounts: { tmp: '/var/spool' },
        },
      },
    },
  });
  const containers = String(shell.one('aws_ecs_task_definition')['container_definitions']);

  it('have their images on disk before a task comes: at every boot, and in the golden AMI', () => {
    expect(userDataOf(shell)).toMatch(new RegExp(`^IMAGES=.*,${proxy.reference}$`, 'm'));
    expect(String(shell.one('aws_imagebuilder_component')['data'])).toContain(`echo ${proxy.reference}`);
  });

  it('start before the shell, which reaches them by name and waits for their health', () => {
    expect(containers).toContain('"dependsOn" = [{"containerName" = "proxy", "condition" = "HEALTHY"}]');
    expect(containers).toContain('"links" = ["proxy"]');
    expect(containers).toContain('"healthCheck" = {"command" = ["CMD", "/healthy"]}');
  });

  it('share volumes of the task, drop raw sockets, and log beside the shell', () => {
    expect(containers).toContain('"sourceVolume" = "tmp", "containerPath" = "/var/spool"');
    expect(containers.match(/"drop" = \["NET_RAW"\]/g)).toHaveLength(2);
    expect(containers.match(/"logDriver" = "awslogs"/g)).toHaveLength(2);
    expect(shell.one('aws_ecs_task_definition')['volume']).toEqual([{ name: 'tmp' }]);
  });

  it('read their own secrets by the execution role', () => {
    const [read] = shell.statements.filter(({ Sid }) => Sid === 'ReadParameters');
    expect(read?.['Resource']).toEqual([
      'arn:aws:ssm:eu-central-1:111111111111:parameter/a',
      'arn:aws:ssm:eu-central-1:111111111111:parameter/b',
    ]);
  });

  it('sign in to their private registry wherever an image is pulled: instance, build host, agent', () => {
    expect(userDataOf(shell)).toContain(`\nREGISTRY_SECRETS=ghcr.io=${login}\n`);
    expect(containers).toContain(`"repositoryCredentials" = {"credentialsParameter" = "${login}"}`);
    const reads = shell.statements.filter(({ Sid }) => Sid === 'ReadRegistryLogins');
    expect(reads).toHaveLength(3);
    for (const read of reads)
      expect(read).toMatchObject({ Action: ['secretsmanager:GetSecretValue'], Resource: [login] });
  });
});

describe('volumes', () => {
  const efs = { from: 'efs', fileSystemId: 'fs-1', containerPath: '/home', securityGroupId: 'sg-9' } as const;

  it('mount EFS encrypted, through its access point, by the rights of the task alone', () => {
    const shell = synthesize({ task: { volumes: { home: { ...efs, accessPointId: 'fsap-1' } } } });
    expect(shell.one('aws_ecs_task_definition')['volume']).toEqual([
      {
        name: 'home',
        efs_volume_configuration: {
          file_system_id: 'fs-1',
          transit_encryption: 'ENABLED',
          authorization_config: { iam: 'ENABLED', access_point_id: 'fsap-1' },
        },
      },
    ]);
    const [mount] = shell.statements.filter(({ Sid }) => Sid === 'MountVolume1');
    expect(mount).toMatchObject({
      Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      Resource: [expect.stringMatching(/:file-system\/fs-1$/)],
      Condition: {
        StringEquals: {
          'elasticfilesystem:AccessPointArn': expect.stringMatching(/:access-point\/fsap-1$/),
        },
      },
    });
  });

  it('let nothing be written where they are to be read only', () => {
    const shell = synthesize({ task: { volumes: { home: { ...efs, readOnly: true } } } });
    const [mount] = shell.statements.filter(({ Sid }) => Sid === 'MountVolume1');
    expect(mount?.['Action']).toEqual(['elasticfilesystem:ClientMount']);
    expect(String(shell.one('aws_ecs_task_definition')['container_definitions'])).toContain(
      '"containerPath" = "/home", "readOnly" = true',
    );
  });

  it('open a way from the instances to the mount targets, and to nothing else', () => {
    const shell = synthesize({ task: { volumes: { home: efs, more: { ...efs, containerPath: '/more' } } } });
    expect(shell.one('aws_vpc_security_group_egress_rule', 'nfs')).toMatchObject({
      from_port: 2049,
      to_port: 2049,
      referenced_security_group_id: 'sg-9',
    });
  });

  it('of the host are named by their folder', () => {
    const shell = synthesize({
      task: { volumes: { data: { from: 'host', hostPath: '/srv/data', containerPath: '/data' } } },
    });
    expect(shell.one('aws_ecs_task_definition')['volume']).toEqual([
      { name: 'data', host_path: '/srv/data' },
    ]);
  });
});

describe('a task', () => {
  it('has the limits and GPUs that it is told', () => {
    const containers = containersOf({
      ami: { from: 'id', id: 'ami-1' },
      instances: { architecture: 'x86_64', instanceTypes: ['g6.xlarge'] },
      task: { gpus: 1, ulimits: { nofile: { soft: 1024, hard: 65_536 } } },
    });
    expect(containers).toContain('"resourceRequirements" = [{"type" = "GPU", "value" = "1"}]');
    expect(containers).toContain(
      '"ulimits" = [{"name" = "nofile", "softLimit" = 1024, "hardLimit" = 65536}]',
    );
  });

  it('has nothing of all this by default', () => {
    expect(containersOf({})).not.toMatch(
      /resourceRequirements|ulimits|mountPoints|links|dependsOn|portMappings|repositoryCredentials/,
    );
  });
});

describe('a service', () => {
  const loadBalancer = {
    targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/shells/1',
    containerPort: 8080,
    securityGroupId: 'sg-7',
    healthCheckGraceSeconds: 30,
  } as const;

  it('registers with the target group by a port of the host that is free, which only the load balancer reaches', () => {
    const shell = synthesize({ service: { desiredCount: 1, loadBalancer } });
    expect(shell.one('aws_ecs_service')).toMatchObject({
      load_balancer: [
        { target_group_arn: loadBalancer.targetGroupArn, container_name: 'shell', container_port: 8080 },
      ],
      health_check_grace_period_seconds: 30,
    });
    expect(String(shell.one('aws_ecs_task_definition')['container_definitions'])).toContain(
      '"portMappings" = [{"containerPort" = 8080, "hostPort" = 0, "protocol" = "tcp"}]',
    );
    expect(shell.one('aws_vpc_security_group_ingress_rule')).toMatchObject({
      from_port: 32_768,
      to_port: 65_535,
      referenced_security_group_id: 'sg-7',
    });
  });

  it('in awsvpc mode is reached at its own port', () => {
    const shell = synthesize({
      task: { networkMode: 'awsvpc' },
      service: { desiredCount: 1, loadBalancer },
    });
    expect(shell.one('aws_vpc_security_group_ingress_rule')).toMatchObject({
      from_port: 8080,
      to_port: 8080,
    });
  });

  it('follows its load between two bounds, and leaves the count to its scaling', () => {
    const shell = synthesize({
      service: {
        desiredCount: 2,
        scaling: { minCount: 1, maxCount: 9, targetCpuPercent: 60, targetMemoryPercent: 70 },
      },
    });
    expect(shell.one('aws_ecs_service')['lifecycle']).toEqual({ ignore_changes: ['desired_count'] });
    expect(shell.one('aws_appautoscaling_target')).toMatchObject({ min_capacity: 1, max_capacity: 9 });
    expect(shell.one('aws_appautoscaling_policy', 'cpu')).toMatchObject({
      target_tracking_scaling_policy_configuration: {
        target_value: 60,
        predefined_metric_specification: { predefined_metric_type: 'ECSServiceAverageCPUUtilization' },
      },
    });
    expect(shell.count('aws_appautoscaling_policy')).toBe(2);
  });

  it('spreads over zones before it fills hosts where it is rebalanced', () => {
    const shell = synthesize({ service: { desiredCount: 2, availabilityZoneRebalancing: true } });
    expect(shell.one('aws_ecs_service')).toMatchObject({
      availability_zone_rebalancing: 'ENABLED',
      ordered_placement_strategy: [
        { type: 'spread', field: 'attribute:ecs.availability-zone' },
        { type: 'binpack', field: 'memory' },
      ],
    });
  });
});

describe('instances', () => {
  it('are Spot above an on-demand base, and replaced before they are taken', () => {
    const shell = synthesize({
      warmPool: false,
      instances: {
        capacityType: 'spot',
        instanceTypes: ['m7g.large', 'm6g.large'],
        spot: {
          onDemandBase: 2,
          onDemandPercentAboveBase: 25,
          allocationStrategy: 'capacity-optimized',
          rebalance: true,
        },
      },
    });
    expect(shell.one('aws_autoscaling_group')).toMatchObject({
      capacity_rebalance: true,
      mixed_instances_policy: {
        instances_distribution: {
          on_demand_base_capacity: 2,
          on_demand_percentage_above_base_capacity: 25,
          spot_allocation_strategy: 'capacity-optimized',
        },
      },
    });
  });

  it('take reserved capacity first, and stay in their zone, where they are told so', () => {
    const shell = synthesize({
      instances: {
        capacityReservation: { use: 'first', reservationIds: ['cr-1'] },
        availabilityZoneDistribution: 'balanced-only',
      },
    });
    expect(shell.one('aws_autoscaling_group')).toMatchObject({
      capacity_reservation_specification: {
        capacity_reservation_preference: 'capacity-reservations-first',
        capacity_reservation_target: { capacity_reservation_ids: ['cr-1'] },
      },
      availability_zone_distribution: { capacity_distribution_strategy: 'balanced-only' },
    });
  });

  it('of a type that EC2 offers nowhere in their zones are refused at plan, unless nobody may look', () => {
    const { one, json } = synthesize({ instances: { instanceTypes: ['c7gn.large'] } });
    expect(one('aws_autoscaling_group')).toMatchObject({
      lifecycle: {
        precondition: [{ error_message: expect.stringMatching(/got c7gn\.large, .* none in this Region/) }],
        postcondition: [{ condition: expect.stringContaining('self.availability_zones') }],
      },
    });
    const asked = 'aws_ec2_instance_type_offerings';
    expect(JSON.stringify(json)).toContain(asked);
    expect(JSON.stringify(synthesize({ instances: { checkTypes: false } }).json)).not.toContain(asked);
  });

  it('in dual-stack subnets get out by IPv6 too, by HTTPS alone', () => {
    const network = { vpcId: 'vpc-1', subnetIds: ['subnet-1'], ipv6: true };
    expect(synthesize({ network }).one('aws_vpc_security_group_egress_rule', 'ipv6')).toMatchObject({
      cidr_ipv6: '::/0',
      from_port: 443,
      to_port: 443,
    });
  });
});
