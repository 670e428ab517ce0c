/** The modules for plain Terraform, called by a root module with `for_each`, with the real AWS provider. */
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poolPlanJson } from '../../modules/ai-shell-ecs/pool-plan';
import type { PoolWindowProps, WarmPoolProps } from '../../modules/ai-shell-ecs/props';
import { resolveSettings, type WarmPoolSettings } from '../../modules/ai-shell-ecs/settings';
import { aiShellEcsModules } from '../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../modules/parts/hcl-module';
import { Workbench } from '../../scripts/build/terraform-cli';
import { minimal } from '../modules/ai-shell-ecs/props';
import { sampleModule } from '../modules/parts/sample-module';

const provider = `
provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  max_retries                 = 1
}
`;

const callSample = `${provider}
module "sample" {
  source       = "./sample"
  for_each     = toset(["blue", "green"])
  cluster_name = each.key
}

output "arns" {
  value = { for name, sample in module.sample : name => sample.function_arn }
}
`;

const digest = `sha256:${'1f'.repeat(32)}`;

const callAiShell = `${provider}
module "shell" {
  source                 = "./MODULE"
  for_each               = toset(["blue", "green"])
  name                   = each.key
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = "${digest}"
  look_up_ami            = false
  image_id               = "ami-0a1b2c3d4e5f60718"
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
  tags                   = { Team = "shells" }
}

output "images" {
  value = { for name, shell in module.shell : name => shell.image_reference }
}
`;

/** Other values than the defaults. */
const everyVariable = `
  architecture                            = "x86_64"
  instance_type                           = "m7i.large"
  min_size                                = 1
  max_size                                = 20
  desired_capacity                        = 3
  max_instance_lifetime                   = 604800
  security_group_ids                      = ["sg-0a1b2c3d4e5f60718"]
  warm_pool_state                         = "Hibernated"
  warm_pool_min_size                      = 2
  warm_pool_max_group_prepared_capacity   = 10
  root_volume_size                        = 100
  root_volume_iops                        = 6000
  root_volume_throughput                  = 500
  root_volume_initialization_rate         = 200
  root_volume_kms_key_arn                 = "arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  prepull_timeout                         = 1200
  prepull_unused_image_hours              = 24
  prepull_on_failure                      = "CONTINUE"
  instance_refresh_min_healthy_percentage = 90
  instance_refresh_max_healthy_percentage = 150
  target_capacity                         = 80
  minimum_scaling_step_size               = 2
  maximum_scaling_step_size               = 10
  instance_warmup_period                  = 30
  container_insights                      = "enabled"
  container_stop_timeout                  = "2m"
  task_cpu                                = 1024
  task_memory                             = 2048
  task_network_mode                       = "awsvpc"
  task_user                               = "1000:1000"
  task_no_new_privileges                  = true
  exec_record_retention_in_days           = 731
  task_environment                        = { LANG = "C.UTF-8" }
  cloudwatch_log_group_retention_in_days  = 90
  slow_start_seconds                      = 5
  alarm_topic_arns                        = ["arn:aws:sns:eu-central-1:111111111111:alarms"]`;

/** EC2's word that each type of a question is offered in one zone. */
function offered(question: string): string {
  const types = [...new URLSearchParams(question)].filter(([key]) => /^Filter\.\d+\.Value\.\d+$/.test(key));
  const items = types.map(
    ([, type]) =>
      `<item><instanceType>${type}</instanceType><locationType>availability-zone</locationType><location>eu-central-1a</location></item>`,
  );
  return `<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet>${items.join('')}</instanceTypeOfferingSet></DescribeInstanceTypeOfferingsResponse>`;
}

/**
 * Answers as ECS does in a Region without a cluster, since a module that creates one asks whether it is there, and as EC2 does in one with
 * every type.
 */
const aws = createServer((request, response) => {
  let question = '';
  request.on('data', (chunk) => {
    question += String(chunk);
  });
  request.on('end', () => {
    const isOfTypes = question.includes('Action=DescribeInstanceTypeOfferings');
    response.setHeader('content-type', isOfTypes ? 'text/xml' : 'application/x-amz-json-1.1');
    response.end(isOfTypes ? offered(question) : '{"clusterArns":[]}');
  });
});
let endpoint = '';

const modulesFolder = mkdtempSync(join(tmpdir(), 'warmpath-modules-'));
const workbench = new Workbench();

function consumer(root: string, ...modules: readonly { readonly name: string }[]): string {
  const folder = workbench.write({ 'main.tf': root });
  for (const { name } of modules) cpSync(join(modulesFolder, name), join(folder, name), { recursive: true });
  return folder;
}

beforeAll(async () => {
  aws.listen(0, '127.0.0.1');
  await once(aws, 'listening');
  endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  writeModule(sampleModule, modulesFolder);
  for (const shell of aiShellEcsModules) writeModule(shell, modulesFolder);
});

afterAll(() => {
  aws.close();
  workbench.close();
  rmSync(modulesFolder, { recursive: true, force: true });
});

describe('a written module', () => {
  test('plans two instances of itself for one caller', async () => {
    const folder = consumer(callSample, sampleModule);
    await workbench.init(folder);
    await workbench.validate(folder);
    // Function, log group, role, policy and parameter, twice.
    expect(await workbench.plan(folder)).toEqual({ add: 10, change: 0, destroy: 0 });
  });

  test('refuses a value that its validation forbids, with the message of the validation', async () => {
    const folder = consumer(
      callSample.replace('each.key', 'join("-", [each.key, "with", "a", "long", "name"])'),
      sampleModule,
    );
    await workbench.init(folder);
    await expect(workbench.plan(folder)).rejects.toThrow('allowed are 20 characters; shorten it.');
  });
});

describe.each(aiShellEcsModules)('the module $name', (shell) => {
  const joins = /-(existing-cluster|spot)$/.test(shell.name);
  const call = callAiShell
    .replace('MODULE', shell.name)
    // Where images change without an apply, no output names one.
    .replace('image_reference', shell.name.endsWith('-in-place') ? 'images_parameter' : 'image_reference')
    .replace(/(?= {2}name )/, joins ? '  existing_cluster_name = "platform"\n' : '');

  test('plans two instances of itself, each all it holds', async () => {
    const folder = consumer(call, shell);
    await workbench.init(folder);
    await workbench.validate(folder);
    const { add, change, destroy } = await workbench.plan(folder, endpoint);
    expect({ change, destroy }).toEqual({ change: 0, destroy: 0 });
    // Two alike: an even number, of which the group, the template and the capacity provider are some.
    expect(add % 2).toBe(0);
    expect(add).toBeGreaterThan(60);
  });
});

describe('the module ai-shell-ecs', () => {
  const [shell] = aiShellEcsModules;
  const call = callAiShell.replace('MODULE', 'ai-shell-ecs');

  test('takes every variable that has a default', async () => {
    const folder = consumer(call.replace('tags  ', `${everyVariable}\n  tags  `), shell!);
    await workbench.init(folder);
    await workbench.validate(folder);
    expect((await workbench.plan(folder, endpoint)).add).toBeGreaterThan(60);
  });

  test('refuses an image that neither a tag nor a digest pins', async () => {
    const folder = consumer(call.replace(digest, ''), shell!);
    await workbench.init(folder);
    await expect(workbench.plan(folder, endpoint)).rejects.toThrow(/without\s+either is not pinned/);
  });
});

function warmPoolOf(warmPool: WarmPoolProps): WarmPoolSettings {
  return resolveSettings({ ...minimal, warmPool }).warmPool!;
}

describe('the module ai-shell-ecs-in-place, whose pool has a plan', () => {
  const name = 'ai-shell-ecs-in-place';
  const office: PoolWindowProps = { days: ['mon', 'fri'], from: '08:00', to: '18:00', minSize: 10 };
  const night: PoolWindowProps = { from: '22:00', to: '06:00', minSize: 0 };
  const followDemand = { maxSize: 20, minSize: 1, coveredPercent: 99, refillSeconds: 600 };
  const given = `
    name               = "shell"
    ecr_repository_url = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
    vpc_id             = "vpc-0a1b2c3d4e5f60718"
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718"]
    container_image_tag = "v1"
    warm_pool_time_zone = "Europe/Berlin"
  `;

  /** The module's variables alone, with what its function gets as an output that must be the expected plan. */
  function planOf(values: string, expected: object): string {
    const functions = readFileSync(join(modulesFolder, name, 'functions.tf.json'), 'utf8');
    const [, expression = ''] = /"POOL_PLAN": "\$\{(.*)\}"/.exec(functions) ?? [];
    const plan = JSON.parse(`"${expression}"`);
    const condition = `\${jsondecode(${plan}) == jsondecode(${JSON.stringify(JSON.stringify(expected))})}`;
    const precondition = { condition, error_message: 'another plan' };
    return workbench.write({
      'variables.tf.json': readFileSync(join(modulesFolder, name, 'variables.tf.json'), 'utf8'),
      'main.tf.json': JSON.stringify({ output: { plan: { value: `\${${plan}}`, precondition } } }),
      'terraform.tfvars': given + values,
    });
  }

  test.each([
    [
      'windows and demand',
      `warm_pool_schedule = [{ days = ["mon", "fri"], from = "08:00", to = "18:00", min_size = 10 }, { from = "22:00", to = "06:00", min_size = 0 }]
       warm_pool_follow_demand = { max_size = 20 }`,
      // Terraform has a set of windows in an order of its own, here the same.
      { schedule: [office, night], followDemand },
    ],
    ['nothing', '', { schedule: [], followDemand: undefined }],
  ])(
    'hands its function %s as the construct would',
    async (_, values, { followDemand: demand, schedule }) => {
      const pool = { ...warmPoolOf({ timeZone: 'Europe/Berlin', schedule }), followDemand: demand };
      const folder = planOf(values, JSON.parse(poolPlanJson(pool)));
      await workbench.init(folder);
      expect(await workbench.plan(folder)).toEqual({ add: 0, change: 0, destroy: 0 });
    },
  );

  test.each([
    [
      'from = "08:00", to = "18:00", min_size = 1 }, { days = ["sun"], from = "17:59", to = "20:00", min_size = 2',
      /two windows overlap/,
    ],
    ['from = "24:00", to = "06:00", min_size = 1', /from and to are HH:MM/],
    ['days = ["monday"], from = "08:00", to = "18:00", min_size = 1', /days are of mon/],
  ])('refuses { %s } with one sentence', async (windows, message) => {
    const folder = planOf(`warm_pool_schedule = [{ ${windows} }]`, {});
    await workbench.init(folder);
    await expect(workbench.plan(folder)).rejects.toThrow(message);
  });
});
