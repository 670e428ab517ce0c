/** `warmpath ci` with the real Terraform against the emulator: plan, apply what was reviewed, refuse what was not, drift. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueUrlCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { terraformCliConfig } from '../../scripts/build/terraform-cli';
import { runCli } from '../scripts/cli/prewarm/cli-process';

const STACK = 'ci-local';
const QUEUE = 'warmpath-ci-slices';
const SECRET = 'canary-parameter-4711';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-ci-'));
  mkdirSync(join(folder, 'out', 'stacks', STACK), { recursive: true });
  writeFileSync(join(folder, 'terraform.rc'), terraformCliConfig());
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function synthesize(visibilitySeconds: number): void {
  const configuration = {
    terraform: {
      required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' } },
      backend: { local: { path: 'terraform.tfstate' } },
    },
    provider: {
      aws: [
        {
          region: 'eu-central-1',
          skip_credentials_validation: true,
          skip_requesting_account_id: true,
          max_retries: 2,
        },
      ],
    },
    resource: {
      aws_sqs_queue: {
        slices: {
          '//': { metadata: { path: 'ci-local/slices' } },
          name: QUEUE,
          visibility_timeout_seconds: visibilitySeconds,
        },
      },
      aws_ssm_parameter: { token: { name: '/warmpath-ci', type: 'SecureString', value: SECRET } },
    },
    output: {
      token: { sensitive: true, value: `\${aws_ssm_parameter.token.value}` },
      queue: { value: `\${aws_sqs_queue.slices.name}` },
    },
  };
  writeFileSync(join(folder, 'out', 'stacks', STACK, 'cdk.tf.json'), JSON.stringify(configuration));
}

function ci(...args: string[]) {
  const env = {
    TF_CLI_CONFIG_FILE: join(folder, 'terraform.rc'),
    GITHUB_STEP_SUMMARY: '',
    GITHUB_OUTPUT: '',
  };
  return runCli(['ci', ...args, '--stack', STACK, '--out', join(folder, 'out')], '', env);
}

function plan() {
  return ci('plan', '--reviews', join(folder, 'reviews'));
}

function apply() {
  return ci('apply', '--expect', join(folder, 'reviews', `${STACK}.json`));
}

test('a stack is planned, applied as reviewed, left alone when it is not, and watched for drift', async () => {
  synthesize(60);
  const first = await plan();
  expect(first).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/aws_sqs_queue\.slices` created; construct `ci-local\/slices`/),
  });
  const applied = await apply();
  expect(applied).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/`queue`: `warmpath-ci-slices`[\s\S]*`token`: \(sensitive\)/),
  });

  const again = await plan();
  expect(
    JSON.parse(readFileSync(join(folder, 'reviews', `${STACK}.json`), 'utf8')).stacks[0].changes,
  ).toEqual([]);

  synthesize(90);
  const refused = await apply();
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('aws_sqs_queue.slices: update is new; it was not reviewed'),
  });
  await plan();
  expect(await apply()).toMatchObject({ code: 0 });

  expect(await ci('drift')).toMatchObject({ code: 0 });
  const sqs = new SQSClient({});
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: QUEUE }));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '33' } }));
  const drifted = await ci('drift');
  expect(drifted).toMatchObject({ code: 1, stdout: expect.stringContaining('`delay_seconds`: `0` -> `33`') });
  expect(await plan()).toMatchObject({ stdout: expect.stringContaining('this plan puts it back') });

  const everything = [first, applied, again, refused, drifted]
    .map(({ stdout, stderr }) => stdout + stderr)
    .join('');
  expect(everything).not.toContain(SECRET);
});
