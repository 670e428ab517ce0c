import { TerraformStack, Testing } from 'cdktf';
import { NodeFunction } from '../../../modules/parts/node-function';
import { bundle } from '../../../scripts/build/functions';

interface Settings {
  readonly TABLE: string;
  readonly RESOLVER?: string | undefined;
}

const base = {
  functionName: 'metrics_prod',
  description: 'Turns events into metrics',
  bundle: 'task-start-metrics',
  environment: { TABLE: 'requests', RESOLVER: undefined },
  statements: [
    { actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:eu-central-1:1:table/requests'] },
  ],
  timeoutSeconds: 30,
} as const;

describe('a function of the stack', () => {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new NodeFunction<Settings>(stack, 'plain', base);
  new NodeFunction<Settings>(stack, 'full', {
    ...base,
    functionName: 'full_prod',
    vcpus: 1,
    reservedConcurrency: 5,
    onFailureArn: 'arn:aws:sqs:eu-central-1:1:failed',
    asyncRetries: 1,
    logRetentionDays: 7,
  });
  const { resource } = JSON.parse(Testing.synth(stack));
  const plain = resource.aws_lambda_function.plain;
  const full = resource.aws_lambda_function.full;

  test('runs Node.js 22 on arm64 with the memory of its share of a vCPU', () => {
    expect(plain).toMatchObject({
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      memory_size: 443,
      timeout: 30,
    });
    expect(full.memory_size).toBe(1769);
  });

  test('is deployed again only when its program changes', () => {
    expect(plain.source_code_hash).toBe(bundle('task-start-metrics').sha256);
    expect(plain.filename).toMatch(/^assets\/[^/]+\/[0-9a-f]{32}\/function\.zip$/);
  });

  test('gets the environment that is set, and nothing for what is not', () => {
    expect(plain.environment).toEqual({ variables: { TABLE: 'requests' } });
  });

  test('writes to its own log group, which forgets', () => {
    const group = Object.entries<{ name: string; retention_in_days: number }>(
      resource.aws_cloudwatch_log_group,
    ).find(([, { name }]) => name === '/aws/lambda/metrics_prod');
    expect(group?.[1].retention_in_days).toBe(30);
    expect(plain.logging_config).toEqual({
      log_format: 'JSON',
      log_group: `\${aws_cloudwatch_log_group.${group?.[0]}.name}`,
    });
  });

  test('may write its log and do what it was given, and no more', () => {
    const policies = Object.values<{ policy: string; role: string }>(resource.aws_iam_role_policy);
    const actions = policies.map(({ policy }) =>
      JSON.parse(policy).Statement.flatMap(({ Action }: { Action: string[] }) => Action),
    );
    for (const allowed of actions)
      expect(allowed).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents', 'dynamodb:GetItem']);
  });

  test('sends events it could not handle where it is told', () => {
    const [config] = Object.values<object>(resource.aws_lambda_function_event_invoke_config);
    expect(config).toMatchObject({
      maximum_retry_attempts: 1,
      destination_config: { on_failure: { destination: 'arn:aws:sqs:eu-central-1:1:failed' } },
    });
    expect(full.reserved_concurrent_executions).toBe(5);
  });

  test('is refused with every fault at once, before any resource exists', () => {
    const other = new TerraformStack(Testing.app(), 'other');
    function make() {
      return new NodeFunction<Settings>(other, 'f', {
        ...base,
        timeoutSeconds: 901,
        functionName: 'f'.repeat(65),
      });
    }
    expect(make).toThrow(/timeoutSeconds: got 901; allowed 1 to 900.*functionName: got f{65}.*allowed 64/s);
    expect(JSON.parse(Testing.synth(other))).not.toHaveProperty('resource');
  });
});
