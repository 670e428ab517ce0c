import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PlanDocument } from '../../../../scripts/cli/review/input/plan-document';
import { readPlan } from '../../../../scripts/cli/review/input/read-plan';
import type { JsonValue } from '../../../../scripts/cli/review/model/json-value';
import { renderMarkdown } from '../../../../scripts/cli/review/render/markdown';
import { entry, plan, policy, review } from './plan-builder';

const FOLDER = join(__dirname, 'golden');
const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';
const [OLD, NEW] = [`sha256:${'a1'.repeat(32)}`, `sha256:${'b2'.repeat(32)}`];
const GROUP = 'aws_autoscaling_group.shell_group';
const QUEUE_ARN = 'arn:aws:sqs:eu-central-1:111111111111:prewarm-prod-slices';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function update(
  address: string,
  before: Record<string, JsonValue>,
  after: Record<string, JsonValue>,
  unknown: JsonValue = {},
) {
  return entry(address, 'update', { before, after, after_unknown: unknown });
}

function replace(
  address: string,
  before: Record<string, JsonValue>,
  after: Record<string, JsonValue>,
  ...paths: string[]
) {
  const change = { before, after, replace_paths: paths.map((path) => [path]) };
  return entry(address, 'delete,create', change, { action_reason: 'replace_because_cannot_update' });
}

function bootText(digest: string, setting: string): string {
  return base64(
    `#!/bin/bash\nset -eu\necho ECS_CLUSTER=shell >> /etc/ecs/ecs.config\n${setting}\nprepull ${REPOSITORY}@${digest}\n`,
  );
}

const template = { id: 'lt-0a', name: 'shell-ecs' };

function newTemplate(before: Record<string, JsonValue>, after: Record<string, JsonValue>): PlanDocument {
  const groupBefore = {
    desired_capacity: 4,
    launch_template: [{ id: 'lt-0a', version: '7' }],
    instance_refresh: [{ strategy: 'Rolling' }],
  };
  return plan(
    update(
      'aws_launch_template.shell_template',
      { ...template, ...before },
      { ...template, ...after },
      { latest_version: true },
    ),
    update(
      GROUP,
      groupBefore,
      { ...groupBefore, launch_template: [{ id: 'lt-0a' }] },
      { launch_template: [{ version: true }] },
    ),
  );
}

const statement = { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [QUEUE_ARN] };

/** What an operator does in a year, and what the plan of it says. */
const YEAR: Readonly<Record<string, PlanDocument>> = {
  'new-image-digest': newTemplate({ user_data: bootText(OLD, 'true') }, { user_data: bootText(NEW, 'true') }),
  'agent-configuration': newTemplate(
    { user_data: bootText(OLD, 'echo ECS_IMAGE_PULL_BEHAVIOR=default') },
    { user_data: bootText(OLD, 'echo ECS_IMAGE_PULL_BEHAVIOR=prefer-cached') },
  ),
  'new-machine-image': newTemplate(
    { image_id: 'ami-0a1b2c3d4e5f60718' },
    { image_id: 'ami-0b1c2d3e4f5061728' },
  ),
  'instance-type': newTemplate({ instance_type: 'm7g.large' }, { instance_type: 'm7g.xlarge' }),
  'pool-size': plan(update(GROUP, { warm_pool: [{ min_size: 4 }] }, { warm_pool: [{ min_size: 8 }] })),
  'pool-removed': plan(update(GROUP, { warm_pool: [{ min_size: 4 }] }, { warm_pool: [] })),
  'group-bounds': plan(update(GROUP, { min_size: 1, max_size: 20 }, { min_size: 2, max_size: 40 })),
  retention: plan(
    update('aws_cloudwatch_log_group.agent', { retention_in_days: 14 }, { retention_in_days: 90 }),
  ),
  'alarm-subscriber': plan(
    entry('aws_sns_topic_subscription.oncall', 'create', {
      after: { protocol: 'email', endpoint: 'oncall@example.org' },
      after_unknown: { arn: true },
    }),
  ),
  'alarm-threshold': plan(
    update('aws_cloudwatch_metric_alarm.depth', { threshold: 100 }, { threshold: 500 }),
  ),
  'environment-renamed': plan(
    replace(
      'aws_dynamodb_table.tasks',
      { name: 'prewarm-prod-tasks' },
      { name: 'prewarm-live-tasks' },
      'name',
    ),
    replace('aws_sqs_queue.slices', { name: 'prewarm-prod-slices' }, { name: 'prewarm-live-slices' }, 'name'),
    replace(
      'aws_lambda_function.api',
      { function_name: 'prewarm-prod-api' },
      { function_name: 'prewarm-live-api' },
      'function_name',
    ),
  ),
  'table-key': plan(
    replace(
      'aws_dynamodb_table.tasks',
      { hash_key: 'id', range_key: null },
      { hash_key: 'pk', range_key: 'sk' },
      'hash_key',
      'range_key',
    ),
  ),
  'queue-fifo': plan(
    replace('aws_sqs_queue.slices', { fifo_queue: false }, { fifo_queue: true }, 'fifo_queue'),
  ),
  'visibility-timeout': plan(
    update('aws_sqs_queue.slices', { visibility_timeout_seconds: 60 }, { visibility_timeout_seconds: 180 }),
  ),
  'function-code': plan(
    update(
      'aws_lambda_function.api',
      { source_code_hash: 'old=', memory_size: 512 },
      { source_code_hash: 'new=', memory_size: 512 },
      { last_modified: true },
    ),
  ),
  'function-memory': plan(
    update(
      'aws_lambda_function.worker',
      { memory_size: 512, timeout: 30 },
      { memory_size: 1_769, timeout: 60 },
    ),
  ),
  'function-environment': plan(
    update(
      'aws_lambda_function.api',
      { environment: [{ variables: { LOG_LEVEL: 'info', QUEUE_URL: 'a' } }] },
      { environment: [{ variables: { LOG_LEVEL: 'debug', TABLE: 'b' } }] },
    ),
  ),
  'new-task-revision': plan(
    replace(
      'aws_ecs_task_definition.shell',
      { container_definitions: JSON.stringify([{ name: 'shell', image: `${REPOSITORY}@${OLD}`, cpu: 512 }]) },
      {
        container_definitions: JSON.stringify([{ name: 'shell', image: `${REPOSITORY}@${NEW}`, cpu: 1_024 }]),
      },
      'container_definitions',
    ),
  ),
  'provider-upgrade': plan(
    update('aws_instance.probe', { user_data: '4f2a9c01b2' }, { user_data: '#!/bin/bash\necho probe\n' }),
    update('aws_s3_bucket.reports', { region: null }, { region: 'eu-central-1' }),
  ),
  'tag-everywhere': plan(
    ...['aws_sqs_queue.slices', 'aws_dynamodb_table.tasks', 'aws_sns_topic.done', GROUP].map((address) =>
      update(
        address,
        { tags: {}, tags_all: {} },
        { tags: { CostCentre: '4711' }, tags_all: { CostCentre: '4711' } },
      ),
    ),
  ),
  'module-split': plan(
    ...['slices', 'failed'].map((name) => {
      const queue = { name: `prewarm-prod-${name}`, fifo_queue: false };
      return entry(
        `aws_sqs_queue.${name}`,
        'no-op',
        { before: queue, after: queue },
        { previous_address: `aws_sqs_queue.queue_${name}` },
      );
    }),
  ),
  'module-split-without-moves': plan(
    entry(
      'aws_sqs_queue.queue_AB12',
      'delete',
      { before: { name: 'prewarm-prod-slices', fifo_queue: false } },
      { action_reason: 'delete_because_no_resource_config' },
    ),
    entry('aws_sqs_queue.slices', 'create', {
      after: { name: 'prewarm-prod-slices', fifo_queue: false },
      after_unknown: { arn: true },
    }),
  ),
  'policy-wider': plan(
    update(
      'aws_iam_role_policy.agent',
      { policy: policy(statement) },
      { policy: policy({ ...statement, Action: ['sqs:*'] }) },
    ),
  ),
  'policy-narrower': plan(
    update(
      'aws_iam_role_policy.agent',
      { policy: policy({ ...statement, Action: ['sqs:SendMessage', 'sqs:PurgeQueue'] }) },
      { policy: policy(statement) },
    ),
  ),
  'port-opened': plan(
    entry('aws_vpc_security_group_ingress_rule.ssh', 'create', {
      after: { cidr_ipv4: '0.0.0.0/0', ip_protocol: 'tcp', from_port: 22, to_port: 22 },
    }),
  ),
  'bucket-forgotten': plan(
    entry(
      'aws_s3_bucket.archive',
      'forget',
      { before: { bucket: 'archive' } },
      { action_reason: 'delete_because_no_resource_config' },
    ),
  ),
  'capacity-changed-by-hand': {
    ...plan(update(GROUP, { max_size: 60, desired_capacity: 9 }, { max_size: 20, desired_capacity: 9 })),
    resource_drift: [
      update(GROUP, { max_size: 20, desired_capacity: 4 }, { max_size: 60, desired_capacity: 9 }),
    ],
  },
  'nothing-to-do': plan(),
};

function expectGolden(name: string, text: string): void {
  const path = join(FOLDER, `${name}.md`);
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe('reviews of a year', () => {
  it.each(Object.keys(YEAR))('%s reads as it was approved', (name) => {
    const stack = review(YEAR[name] ?? {}, {
      images: new Map([[NEW, 'tag main, built 2026-11-20T08:00:00Z']]),
    });
    const text = renderMarkdown({ stacks: [stack], fingerprint: stack.fingerprint });
    expectGolden(name, text);
  });
});

/** Plans that Terraform wrote for a stack of this project which was applied to the emulator, without what they leave alone. */
describe('reviews of real plans', () => {
  const folder = join(__dirname, 'real-plans');

  it.each(readdirSync(folder))('%s reads as it was approved', (name) => {
    const input = readPlan(name, readFileSync(join(folder, name)));
    if (input.kind !== 'plan') throw new Error('a plan was expected');
    const stack = review(input.plan, {
      name: name.startsWith('shell') ? 'ai-shell-ecs-local' : 'prewarm-local',
    });
    expectGolden(
      basename(name, '.json'),
      renderMarkdown({ stacks: [stack], fingerprint: stack.fingerprint }),
    );
  });
});
