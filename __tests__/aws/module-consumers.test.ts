/** The modules for plain Terraform as those see them who have Terraform already: beside, into and out of what is there. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeLaunchTemplatesCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { aiShellEcsModules } from '../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../modules/parts/hcl-module';
import { publicVpcModule } from '../../modules/parts/public-vpc-module';
import { prewarmModule } from '../../modules/prewarm/terraform-module';
import { readmeTable } from './changes/readme-table';
import { Consumer, type ConsumerConfiguration, type PlannedChange } from './support/consumer';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-consumers-'));
const DIGEST = `sha256:${'1f'.repeat(32)}`;
const [shellModule, goldenModule, joinedModule, , spotModule] = aiShellEcsModules;
const source = {
  shell: writeModule(shellModule!, folder),
  golden: writeModule(goldenModule!, folder),
  joined: writeModule(joinedModule!, folder),
  spot: writeModule(spotModule!, folder),
  prewarm: writeModule(prewarmModule, folder),
  vpc: writeModule(publicVpcModule, folder),
};

const shell = {
  source: source.shell,
  name: 'shell',
  ecr_repository_url: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/ai-shell',
  container_image_digest: DIGEST,
  image_id: 'ami-0a1b2c3d4e5f60718',
  look_up_ami: false,
  vpc_id: 'vpc-0a1b2c3d4e5f60718',
  subnet_ids: ['subnet-0a1b2c3d4e5f60718'],
};
const prewarm = {
  source: source.prewarm,
  deployment: 'test',
  vpc_id: 'vpc-0a1b2c3d4e5f60718',
  subnet_ids: ['subnet-0a1b2c3d4e5f60718'],
};
const vpc = { source: source.vpc, name: 'network' };

const LONGEST_NAME = 'shells-of-the-platform-team-eu-1';

const consumers: Consumer[] = [];
function consumer(configuration: ConsumerConfiguration): Consumer {
  const made = Consumer.of(configuration);
  consumers.push(made);
  return made;
}

afterAll(() => {
  for (const made of consumers) made.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Wrong inputs, each with the beginning of what is said of it. */
const wrong = {
  'ai-shell-ecs': [
    [{ instance_types: ['m7g.large', 'm7i.large'] }, 'instance_types: got one of another processor'],
    [{ instance_types: ['m7g.large', 'm7g.large'] }, 'instance_types: allowed are up to 40 types'],
    [
      { instance_types: ['m7g.large', 'm7g.metal'], warm_pool_state: 'Hibernated' },
      'instance_types: with warm_pool_state',
    ],
    [{ task_gpus: 1 }, 'task_gpus: more than 0 only on instance types with GPUs'],
    [{ ecr_repository_url: 'ghcr.io/team/shell' }, 'ecr_repository_url: the URL of a private'],
    [{ container_image_digest: '' }, 'container_image_digest: set it'],
    [{ container_image_digest: 'sha256:1f' }, 'container_image_digest: sha256:'],
    [{ instance_type: 'm7i.large' }, 'instance_type: of another processor'],
    [
      { warm_pool_max_group_prepared_capacity: 1, warm_pool_min_size: 5 },
      'warm_pool_max_group_prepared_capacity: counts',
    ],
    [{ name: 'ecs-shell' }, 'name: ECS keeps'],
    [{ name: 'Shell' }, 'name: 1 to 32'],
    [{ minimum_scaling_step_size: 200 }, 'minimum_scaling_step_size: at most'],
    [{ root_volume_throughput: 2000 }, 'root_volume_throughput: at most'],
    [{ root_volume_iops: 30_000 }, 'root_volume_iops: at most'],
    [{ cloudwatch_log_group_retention_in_days: 31 }, 'cloudwatch_log_group_retention_in_days: allowed 1, 3'],
    [{ subnet_ids: [] }, 'subnet_ids: got none'],
    [{ create_security_group: false }, 'security_group_ids: got none'],
    [{ image_id: '' }, 'look_up_ami: false needs'],
    [{ warm_pool_state: 'Hibernated', instance_type: 'r7g.4xlarge' }, 'instance_type: with warm_pool_state'],
    [{ agent_task_cleanup_wait: '30s' }, 'agent_task_cleanup_wait: at least'],
    [{ capacity_provider_name: 'ecs-shell' }, 'capacity_provider_name: 1 to 255'],
    [{ region: 'eu-west-1' }, 'region: got "eu-west-1", and the provider has eu-central-1'],
  ],
  prewarm: [
    [{ deployment: 'PROD' }, 'deployment: allowed'],
    [{ max_instances: 301 }, 'max_instances: allowed 1 to 300'],
    [{ log_retention_days: 31 }, 'log_retention_days: allowed 1, 3'],
    [{ account_id: '210987654321' }, 'account_id: got "210987654321", and the provider has 123456789012'],
    [{ region: 'eu-west-1' }, 'region: got "eu-west-1"'],
    [{ partition: 'aws-moon' }, 'partition: allowed is'],
    [{ subscribers: { team: { protocol: 'sms', endpoint: '1' } } }, 'subscribers: allowed protocols'],
    [
      { subscribers: { team: { protocol: 'https', endpoint: 'http://a' } } },
      'subscribers: allowed for https',
    ],
    [{ private_api: true }, 'private_api: true needs'],
    [{ instance_types: ['m7i.large'] }, 'instance_types: allowed are 1 to 40 arm64'],
    [{ allowed_cidr_blocks: ['office'] }, 'allowed_cidr_blocks: allowed are'],
    [{ api_authorization: 'none' }, 'api_authorization: allowed are'],
    [{ webhook_secret_arn: 'secret' }, 'webhook_secret_arn: allowed is'],
    [{ sign_webhooks: true }, 'sign_webhooks: true needs'],
    [{ pop_check_distribution_domain: 'www.example.com' }, 'pop_check_distribution_domain: allowed'],
    [{ check_pops: true }, 'check_pops: true needs'],
    [{ extra_pops: ['fra'] }, 'extra_pops: allowed are'],
  ],
  'public-vpc': [
    [{ region: 'eu-west-1' }, 'region: got "eu-west-1"'],
    [{ flow_log_retention_in_days: 31 }, 'flow_log_retention_in_days: allowed 1, 3'],
    [{ availability_zones: ['eu-central-1a'] }, 'availability_zones: allowed are two'],
  ],
} as const;

it('says of each wrong input one sentence, at plan', async () => {
  const right = { 'ai-shell-ecs': shell, prewarm, 'public-vpc': vpc };
  let left = Object.entries(wrong).flatMap(([name, cases]) =>
    cases.map(([input, sentence]) => ({
      module: { ...right[name as keyof typeof right], ...input },
      sentence: sentence as string,
    })),
  );
  // Terraform judges variables by themselves first, and stops where one is wrong; then those that are judged beside others.
  for (let round = 0; round < 2; round += 1) {
    const modules = Object.fromEntries(left.map(({ module }, index) => [`wrong-${index}`, module]));
    const errors = await consumer({ module: modules }).errorsOfPlan();
    const said = left.filter(({ sentence }) => errors.some((error) => error.includes(sentence)));
    expect(errors).toHaveLength(said.length);
    left = left.filter((one) => !said.includes(one));
  }
  expect(left).toEqual([]);
});

it('refuses at plan a cluster that exists, and joins it by the module that is made for that', async () => {
  await new ECSClient({}).send(new CreateClusterCommand({ clusterName: 'platform' }));
  const own = consumer({ module: { shell: { ...shell, cluster_name: 'platform' } } });
  expect(await own.errorsOfPlan()).toEqual([expect.stringContaining('cluster: got platform, which exists')]);
  const adopting = { ...shell, cluster_name: 'platform', adopt_existing_cluster: true };
  const joining = { ...shell, source: source.joined, name: 'joined', existing_cluster_name: 'platform' };
  const allowed = consumer({ module: { adopting, joining } });
  const types = (await allowed.plan()).map(({ address, actions }) => `${address} ${actions}`);
  expect(types).toContainEqual(expect.stringMatching(/^module\.adopting\.aws_ecs_cluster\./));
  expect(types).not.toContainEqual(
    expect.stringMatching(/^module\.joining\.aws_ecs_cluster(_capacity_providers)?\./),
  );
});

it('plans with values that only the apply brings, in two Regions under one name, and where the network is made beside it', async () => {
  const later = '${terraform_data.later.output}';
  const changes = await consumer({
    provider: {
      aws: [
        { alias: 'west', region: 'eu-west-1', max_retries: 2 },
        { alias: 'south', region: 'ap-southeast-2', max_retries: 2 },
      ],
    },
    resource: { terraform_data: { later: { input: 'x' } } },
    module: {
      network: { ...vpc, flow_log_retention_in_days: 30 },
      off: { ...shell, create: false },
      'prewarm-off': { ...prewarm, create: false },
      'network-off': { ...vpc, create: false },
      shell: {
        ...shell,
        container_image_digest: '${"sha256:${sha256(terraform_data.later.output)}"}',
        image_id: '${"ami-${terraform_data.later.output}"}',
        look_up_ami: true,
        security_group_ids: '${compact([terraform_data.later.output])}',
        create_security_group: true,
        vpc_id: '${module.network.vpc_id}',
        subnet_ids: '${module.network.subnet_ids}',
        tags: { Owner: later },
      },
      west: { ...shell, cluster_name: 'west', providers: { aws: 'aws.west' } },
      // The longest name in a Region of a long name, with what an organization wants before it.
      long: {
        ...shell,
        source: source.golden,
        name: LONGEST_NAME,
        iam_role_name_prefix: 'platform-team-',
        providers: { aws: 'aws.south' },
      },
      prewarm: {
        ...prewarm,
        vpc_id: '${module.network.vpc_id}',
        subnet_ids: '${module.network.subnet_ids}',
        public_addresses: false,
        security_group_ids: [later],
        subscribers: { queue: { protocol: 'sqs', endpoint: later } },
        distribution_ids: [later, 'EDFDVBD6EXAMPLE'],
        api_vpc_endpoint_id: '${"vpce-${terraform_data.later.output}"}',
        private_api: true,
        webhook_secret_arn:
          '${"arn:aws:ssm:eu-central-1:123456789012:parameter/${terraform_data.later.output}"}',
        sign_webhooks: true,
        pop_check_distribution_domain: '${"${terraform_data.later.output}.cloudfront.net"}',
        check_pops: true,
        instance_types: ['c7g.large', 'c8g.large'],
        allowed_cidr_blocks: ['203.0.113.0/24', '2001:db8::/32'],
        api_authorization: 'iam',
        extra_pops: ['FRA99-P1'],
        manage_account_logging: true,
        iam_role_path: '/teams/',
        iam_role_permissions_boundary: 'arn:aws:iam::123456789012:policy/boundary',
        cloudwatch_log_group_kms_key_id: later,
        tags: { Team: 'delivery' },
      },
    },
  }).plan();
  expect(changes.filter(({ address }) => /^module\.(\w+-)?off\./.test(address))).toEqual([]);
  const counted = changes.map(({ type, address }) => (address.startsWith('module.network.') ? type : ''));
  expect(counted).toContain('aws_flow_log');
  const [fleet] = changes.filter(({ address }) => /^module\.prewarm\.aws_autoscaling_group/.test(address));
  expect(JSON.stringify(fleet?.after?.['mixed_instances_policy'])).toMatch(/c7g\.large.*c8g\.large/);
  const roles = changes.filter(({ type }) => type === 'aws_iam_role');
  const names = roles.map(({ after }) => String(after?.['name']));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining(['shell-ecs-instance-eucentral1', 'shell-ecs-instance-euwest1']),
  );
  expect(names.filter((name) => name.length > 64)).toEqual([]);
  const cut = names.filter((name) => name.startsWith('platform-team-') && name.length === 64);
  const whole = `platform-team-${LONGEST_NAME}-task-start-metrics-apsoutheast2`;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  expect(cut).toContain(`${whole.slice(0, 55)}-${digest}`);
  const ofPrewarm = roles.filter(({ address }) => address.startsWith('module.prewarm.'));
  expect(new Set(ofPrewarm.map(({ after }) => after?.['path']))).toEqual(new Set(['/teams/']));
  expect(new Set(ofPrewarm.map(({ after }) => after?.['permissions_boundary']))).toEqual(
    new Set(['arn:aws:iam::123456789012:policy/boundary']),
  );
  const untagged = changes.filter(
    ({ address, after }) =>
      address.startsWith('module.prewarm.') &&
      after !== null &&
      'tags' in after &&
      (after['tags'] as Record<string, string> | null)?.['Team'] !== 'delivery',
  );
  expect(untagged.map(({ address }) => address)).toEqual([]);
  const [template] = changes.filter(({ address }) => /^module\.prewarm\.aws_launch_template/.test(address));
  expect(JSON.stringify(template?.after?.['network_interfaces'])).toContain(
    '"associate_public_ip_address":"false"',
  );
});

/** What the examples use of the public module, in its shape: a cluster, capacity providers of groups, and the list of all. */
const PUBLIC_ECS = `
variable "cluster_name" { type = string }
variable "cluster_capacity_providers" {
  type    = list(string)
  default = []
}
variable "default_capacity_provider_strategy" {
  type    = map(object({ weight = number }))
  default = {}
}
variable "capacity_providers" {
  type = map(object({
    auto_scaling_group_provider = object({
      auto_scaling_group_arn         = string
      managed_termination_protection = string
      managed_scaling                = object({ status = string, target_capacity = number, instance_warmup_period = number })
    })
  }))
  default = {}
}
resource "aws_ecs_cluster" "this" { name = var.cluster_name }
resource "aws_ecs_capacity_provider" "this" {
  for_each = var.capacity_providers
  name     = each.key
  auto_scaling_group_provider {
    auto_scaling_group_arn         = each.value.auto_scaling_group_provider.auto_scaling_group_arn
    managed_termination_protection = each.value.auto_scaling_group_provider.managed_termination_protection
    managed_scaling {
      status                 = each.value.auto_scaling_group_provider.managed_scaling.status
      target_capacity        = each.value.auto_scaling_group_provider.managed_scaling.target_capacity
      instance_warmup_period = each.value.auto_scaling_group_provider.managed_scaling.instance_warmup_period
    }
  }
}
resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = distinct(concat(var.cluster_capacity_providers, keys(var.default_capacity_provider_strategy), [for made in aws_ecs_capacity_provider.this : made.name]))
}
output "cluster_name" { value = aws_ecs_cluster.this.name }
`;

const examples = join(__dirname, '../../examples/terraform');

it.each(readdirSync(examples).filter((name) => !name.endsWith('.md')))(
  'plans the example %s from a checkout of a released tag',
  async (name) => {
    const checkout = mkdtempSync(join(tmpdir(), 'warmpath-checkout-'));
    const home = join(checkout, 'examples/terraform', name);
    cpSync(join(examples, name), home, { recursive: true });
    for (const module of [...aiShellEcsModules, prewarmModule, publicVpcModule])
      writeModule(module, join(checkout, 'modules'));
    mkdirSync(join(checkout, 'public-ecs'));
    writeFileSync(join(checkout, 'public-ecs/main.tf'), PUBLIC_ECS);
    const text = readFileSync(join(home, 'main.tf'), 'utf8');
    // The registry of public modules is not to be had here.
    writeFileSync(
      join(home, 'main.tf'),
      text.replace(/"terraform-aws-modules\/ecs\/aws"\n\s+version\s+= ".*"/, '"../../../public-ecs"'),
    );
    writeFileSync(join(home, 'terraform.tfvars'), `image_digest = "${DIGEST}"\n`);
    const example = new Consumer(home);
    try {
      const changes = await example.plan();
      expect(changes.filter(({ actions }) => actions !== 'create')).toEqual([]);
      expect(changes.length).toBeGreaterThan(50);
    } finally {
      rmSync(checkout, { recursive: true, force: true });
    }
  },
);

it('leaves the capacity provider to the module of the cluster, by the words of the examples; Spot and several types stand beside it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'warmpath-consumer-'));
  const made = new Consumer(home);
  consumers.push(made);
  mkdirSync(join(home, 'public-ecs'));
  writeFileSync(join(home, 'public-ecs/main.tf'), PUBLIC_ECS);
  const { Subnets: [subnet] = [] } = await new EC2Client({}).send(new DescribeSubnetsCommand({}));
  const given = {
    ecr_repository_url: shell.ecr_repository_url,
    container_image_digest: DIGEST,
    image_id: shell.image_id,
    vpc_id: subnet?.VpcId,
    subnet_ids: [subnet?.SubnetId],
    // What hangs on neither provider nor group.
    create_cold_start_metrics: false,
  };
  const shared = Object.entries(given).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const [, recipe = ''] = /```hcl\n(.*?)```/s.exec(readFileSync(join(examples, 'README.md'), 'utf8')) ?? [];
  const [cluster = '', shells = ''] = recipe.split('\n\n');
  function write(instanceTypes: readonly string[], share: number): void {
    writeFileSync(
      join(home, 'main.tf'),
      [
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}',
        'provider "aws" {\n  region = "eu-central-1"\n  max_retries = 2\n}',
        cluster
          .replace(/"terraform-aws-modules\/ecs\/aws"\n\s+version\s+= ".*"/, '"./public-ecs"')
          .replace(
            '# …',
            'cluster_name = "listing"\n cluster_capacity_providers = keys(module.spot.capacity_providers)',
          ),
        shells
          .replace(/"git::.*"/, JSON.stringify(source.joined))
          .replace(
            '# …',
            ['name = "shell"', `instance_types = ${JSON.stringify(instanceTypes)}`, ...shared].join('\n'),
          ),
        'module "spot" {',
        `source = ${JSON.stringify(source.spot)}`,
        'name = "spot"',
        'existing_cluster_name = module.ecs.cluster_name',
        `on_demand_percentage_above_base_capacity = ${share}`,
        ...shared,
        '}',
      ].join('\n'),
    );
  }
  const types = ['m7g.large', 'm6g.large', 'm8g.large'];
  write(types, 0);
  const planned = await made.plan();
  const providers = planned.filter(({ type }) => type === 'aws_ecs_capacity_provider');
  expect(providers.map(({ after }) => after?.['name']).sort()).toEqual(['shell-capacity', 'spot-capacity']);
  const policies = planned.flatMap(({ type, after }) =>
    type === 'aws_autoscaling_group' ? [JSON.stringify(after?.['mixed_instances_policy'])] : [],
  );
  expect(policies).toHaveLength(2);
  // In the order that was given.
  expect(policies).toContainEqual(expect.stringMatching(new RegExp(types.join('.*'))));
  expect(policies).toContainEqual(expect.stringContaining('"on_demand_percentage_above_base_capacity":0'));
  await made.apply();
  expect(await made.plan()).toEqual([]);

  write(['m6g.large'], 25);
  const changed = await made.plan();
  expect(new Set(changed.map(({ actions }) => actions))).toEqual(new Set(['update']));
  expect(new Set(changed.map(({ type }) => type))).toEqual(
    new Set(['aws_autoscaling_group', 'aws_launch_template']),
  );
  await made.apply();
  expect(await made.plan()).toEqual([]);
});

it('takes over a group that was written by hand, its template and its capacity provider, and replaces none of them', async () => {
  const byHand = consumer({
    resource: {
      aws_ecs_cluster: { platform: { name: 'legacy' } },
      aws_launch_template: {
        hand: {
          name: 'hand-ecs',
          image_id: shell.image_id,
          instance_type: 'm7g.large',
          update_default_version: true,
        },
      },
      aws_autoscaling_group: {
        hand: {
          name: 'hand-ecs-asg',
          min_size: 0,
          max_size: 4,
          availability_zones: ['eu-central-1a'],
          protect_from_scale_in: true,
          launch_template: {
            id: '${aws_launch_template.hand.id}',
            version: '${aws_launch_template.hand.latest_version}',
          },
          initial_lifecycle_hook: [
            {
              name: 'ready',
              lifecycle_transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
              heartbeat_timeout: 900,
            },
          ],
          tag: [{ key: 'AmazonECSManaged', value: 'true', propagate_at_launch: true }],
        },
      },
      aws_ecs_capacity_provider: {
        hand: {
          name: 'hand-capacity',
          auto_scaling_group_provider: {
            auto_scaling_group_arn: '${aws_autoscaling_group.hand.arn}',
            managed_termination_protection: 'ENABLED',
            managed_scaling: { status: 'ENABLED', target_capacity: 100 },
          },
        },
      },
    },
  });
  await byHand.apply();
  const to = 'module.shell';
  const resources = {
    template: `${to}.aws_launch_template.shell_template_794826B4[0]`,
    group: `${to}.aws_autoscaling_group.shell_group_F6F8FFD0[0]`,
    provider: `${to}.aws_ecs_capacity_provider.shell_capacity_555DCD84[0]`,
  };
  const owner = { aws_ecs_cluster: { platform: { name: 'legacy' } } };
  const { Subnets: [subnet] = [] } = await new EC2Client({}).send(new DescribeSubnetsCommand({}));
  const call = {
    ...shell,
    vpc_id: subnet?.VpcId,
    subnet_ids: [subnet?.SubnetId],
    source: source.joined,
    name: 'hand',
    existing_cluster_name: '${aws_ecs_cluster.platform.name}',
  };
  byHand.rewrite({
    resource: owner,
    module: { shell: call },
    moved: [
      { from: 'aws_launch_template.hand', to: resources.template },
      { from: 'aws_autoscaling_group.hand', to: resources.group },
      { from: 'aws_ecs_capacity_provider.hand', to: resources.provider },
    ],
  });
  const changes = await byHand.plan();
  const gone = changes.filter(({ actions }) => actions.includes('delete'));
  expect(gone.map(({ address, actions }) => `${address} ${actions}`)).toEqual([]);
  const kept = changes.filter(({ actions }) => actions === 'update').map(({ type }) => type);
  expect(kept).toEqual(expect.arrayContaining(['aws_autoscaling_group', 'aws_launch_template']));

  await byHand.apply();
  expect(await byHand.plan()).toEqual([]);

  // The state is lost, as far as these three go.
  const named = new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['hand-ecs'] });
  const { LaunchTemplates: [template] = [] } = await new EC2Client({}).send(named);
  await byHand.forget(...Object.values(resources));
  byHand.rewrite({
    resource: owner,
    module: { shell: call },
    import: [
      { to: resources.template, id: template?.LaunchTemplateId },
      { to: resources.group, id: 'hand-ecs-asg' },
      { to: resources.provider, id: 'hand-capacity' },
    ],
  });
  const found = await byHand.plan();
  expect(found.filter(({ actions }) => actions !== 'update')).toEqual([]);
  await byHand.apply();
  expect(await byHand.plan()).toEqual([]);

  // Beside depends_on what is looked up is deferred, and nothing may be planned again for it.
  function waiting(input: string) {
    return {
      resource: { ...owner, terraform_data: { before: { input } } },
      module: {
        shell: { ...call, depends_on: ['terraform_data.before'], region: 'eu-central-1', partition: 'aws' },
      },
    };
  }
  byHand.rewrite(waiting('1'));
  expect((await byHand.plan()).map(({ address }) => address)).toEqual(['terraform_data.before']);
  await byHand.apply();
  byHand.rewrite(waiting('2'));
  expect((await byHand.plan()).map(({ address }) => address)).toEqual(['terraform_data.before']);

  const calls: Readonly<Record<string, ConsumerConfiguration>> = {
    '`count = 1` on the module': { module: { shell: { ...call, count: 1 } } },
    '`count = 1`, with `moved` from `module.shell` to `module.shell[0]`': {
      module: { shell: { ...call, count: 1 } },
      moved: [{ from: to, to: `${to}[0]` }],
    },
    '`for_each`, with `moved` from `module.shell` to `module.shell["blue"]`': {
      module: { shell: { ...call, for_each: '${toset(["blue"])}' } },
      moved: [{ from: to, to: `${to}["blue"]` }],
    },
    '`for_each` without `moved`': { module: { shell: { ...call, for_each: '${toset(["blue"])}' } } },
    'another name of the call, with `moved` from `module.shell` to `module.shells`': {
      module: { shells: call },
      moved: [{ from: to, to: 'module.shells' }],
    },
    '`count = 0` on the module': { module: { shell: { ...call, count: 0 } } },
    '`create = false`': { module: { shell: { ...call, create: false } } },
    '`create_capacity_provider = false`': { module: { shell: { ...call, create_capacity_provider: false } } },
    'the module goes': {},
    'the module goes, with `removed { lifecycle { destroy = false } }`': {
      removed: [{ from: to, lifecycle: { destroy: false } }],
    },
  };
  const rows = ['| a change of the call | what happens |', '| --- | --- |'];
  for (const [name, configuration] of Object.entries(calls)) {
    byHand.rewrite({ resource: owner, ...configuration });
    rows.push(`| ${name} | ${summaryOf(await byHand.plan())} |`);
  }
  const readme = join(__dirname, '../../modules/ai-shell-ecs/README.md');
  expect(readmeTable(readme, 'calls of ai-shell-ecs', rows.join('\n'))).toBe(rows.join('\n'));
});

/** What a plan does, by how many resources it does it to; what another resource of the configuration does is not counted. */
function summaryOf(changes: readonly PlannedChange[]): string {
  const verbs = { create: 'adds', update: 'updates', delete: 'removes', forget: 'leaves alone' };
  const parts = Object.entries(verbs).flatMap(([action, verb]) => {
    const count = changes.filter(
      ({ address, actions }) => address.startsWith('module.') && actions === action,
    ).length;
    return count === 0 ? [] : [`${verb} ${count}`];
  });
  return parts.join(', ') || 'nothing';
}
