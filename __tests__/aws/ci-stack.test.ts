/**
 * The steps of plan.yml, apply.yml and drift.yml as they stand in the files, with the real Terraform against the emulator and a GitHub
 * on loopback: plan, comment, apply what was reviewed, refuse what was not, drift and its issue.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueUrlCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { terraformCliConfig } from '../../scripts/build/terraform-cli';
import { GithubApi } from '../scripts/cli/ci/github-api';
import { makeCheckout, writeProgram } from '../scripts/cli/ci/pipeline-checkout';
import { type JobRun, WorkflowRunner } from '../scripts/cli/ci/workflow-files';

const STACK = 'ci-local';
const QUEUE = 'warmpath-ci-slices';
const SECRET = 'canary-parameter-4711';
const sqs = new SQSClient({});
let api: GithubApi;
let work: string;
let runner: WorkflowRunner;
const everything: JobRun[] = [];

beforeAll(async () => {
  api = new GithubApi();
  await api.start();
  api.pulls = [{ number: 7, head: { sha: 'c'.repeat(40), repo: null }, merged_at: '2026-11-20T08:00:00Z' }];
  work = mkdtempSync(join(tmpdir(), 'warmpath-ci-'));
  makeCheckout(work);
  mkdirSync(join(work, 'head/stacks', STACK), { recursive: true });
  writeFileSync(join(work, 'terraform.rc'), terraformCliConfig());
  // In place of the packages' installation and of the app; Terraform is the real one.
  writeProgram(join(work, 'bin/npm'), '[ "$2" != synth ] || { rm -rf cdktf.out; cp -r head cdktf.out; }');
  const aws = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'));
  runner = new WorkflowRunner(
    work,
    {
      'github.token': 'ghs_token',
      'github.event.pull_request.number': '7',
      'needs.touched.outputs.stacks': JSON.stringify([{ stack: STACK, environment: 'local' }]),
      'matrix.stack': STACK,
    },
    {
      ...Object.fromEntries(aws),
      TF_CLI_CONFIG_FILE: join(work, 'terraform.rc'),
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_API_URL: api.url,
      GITHUB_GRAPHQL_URL: `${api.url}/graphql`,
      GITHUB_SHA: 'd'.repeat(40),
    },
  );
});

afterAll(async () => {
  await api.stop();
  rmSync(work, { recursive: true, force: true });
});

function synthesize(visibilitySeconds: number): void {
  const configuration = {
    terraform: {
      required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' } },
      // Each synthesis writes the folder of the stack anew.
      backend: { local: { path: '../../../ci.tfstate' } },
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
  writeFileSync(join(work, 'head/stacks', STACK, 'cdk.tf.json'), JSON.stringify(configuration));
}

async function job(file: string, name: string): Promise<JobRun> {
  const done = await runner.run(file, name);
  everything.push(done);
  return done;
}

function lastComment(): string {
  return api.comments.at(-1)?.body ?? '';
}

test('a stack is planned, applied as reviewed, left alone when it is not, and watched for drift', async () => {
  synthesize(60);
  await job('plan.yml', 'plan');
  await job('plan.yml', 'comment');
  expect(lastComment()).toMatch(/aws_sqs_queue\.slices` created; construct `ci-local\/slices`/);

  await job('apply.yml', 'plan');
  await job('apply.yml', 'apply');
  expect(lastComment()).toMatch(
    /is applied[\s\S]*`queue`: `warmpath-ci-slices`[\s\S]*`token`: \(sensitive\)/,
  );
  await job('apply.yml', 'plan');
  const review = JSON.parse(readFileSync(join(work, 'reviews', `${STACK}.json`), 'utf8'));
  expect(review.stacks[0].changes).toEqual([]);

  synthesize(90);
  await expect(runner.run('apply.yml', 'apply')).rejects.toThrow(
    /aws_sqs_queue\.slices: update is new; it was not reviewed/,
  );
  expect(lastComment()).toContain('is not applied');
  await job('apply.yml', 'plan');
  await job('apply.yml', 'apply');

  await job('drift.yml', 'drift');
  expect(api.issues).toEqual([]);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: QUEUE }));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '33' } }));
  const drifted = await job('drift.yml', 'drift');
  expect(drifted.summary).toContain('`delay_seconds`: `0` -> `33`');
  expect(api.issues).toMatchObject([{ title: `Drift in ${STACK}`, state: 'open' }]);
  expect((await job('apply.yml', 'plan')).summary).toContain('this plan puts it back');
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '0' } }));
  await job('drift.yml', 'drift');
  expect(api.issues).toMatchObject([{ state: 'closed' }]);

  expect(JSON.stringify([everything, api.comments, api.issues])).not.toContain(SECRET);
});
