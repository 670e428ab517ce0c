/**
 * The ways to deploy of docs/deploy.md, each walked from a clean copy to its end: the npm scripts, plain Terraform (and OpenTofu
 * where it is installed), and a caller of the written modules. HCP Terraform is in `hcp-first-calls.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ACCOUNT, DeployedCopy } from './support/deployed-copy';

const STACK = 'ai-shell-ecs-local';
const FOLDER = `cdktf.out/stacks/${STACK}`;
const GOLDEN = join(__dirname, 'golden');
/** OpenTofu walks where it is installed; no registry of packages has it. */
const TOOLS = [
  'terraform',
  ...['tofu'].filter((tool) => spawnSync(tool, ['version'], { stdio: 'ignore' }).status === 0),
];

let copy: DeployedCopy;

beforeEach(async () => {
  copy = new DeployedCopy();
  const { vpcId, subnetIds } = await defaultNetwork();
  copy.edit(
    'environments.ts',
    // The smallest stack: queues and a network take the provider the better part of a minute each.
    [
      "instances: { instanceTypes: ['t4g.small'], maxSize: 1 },",
      "instances: { instanceTypes: ['t4g.small'], maxSize: 1 }, coldStartMetrics: false, exec: false,",
    ],
    [
      "backend: { kind: 'local', folder: '.state' },\n    network: { kind: 'new' },",
      `backend: { kind: 'local', folder: '.state' },\n    network: ${JSON.stringify({ kind: 'existing', vpcId, subnetIds })},`,
    ],
  );
});

afterEach(() => {
  copy.close();
});

/** The VPC that every account has, and two of its subnets. */
async function defaultNetwork() {
  const { Subnets = [] } = await new EC2Client({}).send(new DescribeSubnetsCommand({}));
  const [first, second] = Subnets;
  return { vpcId: first?.VpcId, subnetIds: [first?.SubnetId, second?.SubnetId] };
}

function expectGolden(name: string, text: string): void {
  const path = join(GOLDEN, `${name}.md`);
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, 'utf8'));
}

test('the npm scripts deploy, find nothing to change, deploy a change, and destroy', async () => {
  expect(await copy.succeeds('npm', ['run', 'deploy', '--', STACK, '--auto-approve'])).toMatch(
    /Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/,
  );
  expect(await copy.succeeds('npm', ['run', 'diff', '--', STACK])).toContain('No changes.');
  copy.edit('environments.ts', ['maxSize: 1', 'maxSize: 2']);
  expect(await copy.succeeds('npm', ['run', 'deploy', '--', STACK, '--auto-approve'])).toMatch(
    /0 added, 1 changed, 0 destroyed/,
  );
  expect(await copy.succeeds('npm', ['run', 'destroy', '--', STACK, '--auto-approve'])).toMatch(
    /Destroy complete! Resources: \d+ destroyed/,
  );
});

test.each(TOOLS)(
  '%s alone applies a synthesized stack, changes a value as it was reviewed, and destroys',
  async (tool) => {
    await copy.succeeds('npm', ['run', 'synth']);
    await copy.succeeds(
      tool,
      ['init', '-input=false', ...(tool === 'terraform' ? ['-lockfile=readonly'] : [])],
      FOLDER,
    );
    await copy.plan(tool, FOLDER);
    await copy.succeeds(tool, ['apply', '-no-color', 'change.tfplan'], FOLDER);
    expect(await copy.plan(tool, FOLDER)).toContain('No changes.');
    expect(await copy.reviewed(tool, FOLDER)).toContain('No changes.');

    copy.edit('environments.ts', [
      "instanceTypes: ['t4g.small'], maxSize: 1",
      "instanceTypes: ['t4g.medium'], maxSize: 2",
    ]);
    await copy.succeeds('npm', ['run', 'synth']);
    await copy.plan(tool, FOLDER);
    expectGolden('instance-type', await copy.reviewed(tool, FOLDER));
    expect(await copy.succeeds(tool, ['apply', '-no-color', 'change.tfplan'], FOLDER)).toMatch(
      /0 added, 2 changed, 0 destroyed/,
    );
    expect(
      await copy.succeeds(tool, ['destroy', '-auto-approve', '-input=false', '-no-color'], FOLDER),
    ).toMatch(/Destroy complete! Resources: \d+ destroyed/);
  },
);

test('a caller of the written module applies it, changes a value as it was reviewed, and destroys it', async () => {
  await copy.succeeds('npm', ['run', 'build:modules']);
  const { vpcId, subnetIds } = await defaultNetwork();
  function write(retentionDays: number): void {
    writeFileSync(
      join(copy.folder, 'called/main.tf'),
      `
provider "aws" {
  region      = "eu-central-1"
  max_retries = 2
}

module "shell" {
  source                                 = "../dist/modules/ai-shell-ecs"
  name                                   = "called"
  cluster_name                           = "called"
  ecr_repository_url                     = "${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest                 = "sha256:${'1f'.repeat(32)}"
  image_id                               = "ami-0a1b2c3d4e5f60718"
  vpc_id                                 = "${vpcId}"
  subnet_ids                             = ${JSON.stringify(subnetIds)}
  cloudwatch_log_group_retention_in_days = ${retentionDays}
}
`,
    );
  }
  mkdirSync(join(copy.folder, 'called'));
  write(90);
  await copy.succeeds('terraform', ['init', '-input=false'], 'called');
  await copy.succeeds('terraform', ['apply', '-auto-approve', '-input=false', '-no-color'], 'called');
  expect(await copy.plan('terraform', 'called')).toContain('No changes.');
  write(30);
  await copy.plan('terraform', 'called');
  expectGolden('log-retention', await copy.reviewed('terraform', 'called'));
  await copy.succeeds('terraform', ['apply', '-no-color', 'change.tfplan'], 'called');
  expect(
    await copy.succeeds('terraform', ['destroy', '-auto-approve', '-input=false', '-no-color'], 'called'),
  ).toContain('Destroy complete!');
});
