/** The modules for plain Terraform, called by a root module with `for_each`, with the real AWS provider. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aiShellEcsModule } from '../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../modules/parts/hcl-module';
import { prewarmModule } from '../../modules/prewarm/terraform-module';
import { Workbench } from '../../scripts/build/terraform-cli';
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
  source                 = "./ai-shell-ecs"
  for_each               = toset(["blue", "green"])
  name                   = each.key
  ecs_cluster_name       = "shells-\${each.key}"
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = "${digest}"
  image_id               = "ami-0a1b2c3d4e5f60718"
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
  tags                   = { Team = "shells" }
}

output "images" {
  value = { for name, shell in module.shell : name => shell.image_reference }
}
`;

const callPrewarm = `${provider}
module "prewarm" {
  source     = "./prewarm"
  for_each   = toset(["blue", "green"])
  deployment = each.key
  account_id = "111111111111"
  region     = "eu-central-1"
  vpc_id     = "vpc-0a1b2c3d4e5f60718"
  subnet_ids = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}

output "endpoints" {
  value = { for name, prewarm in module.prewarm : name => prewarm.prewarm_endpoint }
}
`;

const modulesFolder = mkdtempSync(join(tmpdir(), 'warmpath-modules-'));
const workbench = new Workbench();

function consumer(root: string, module: { readonly name: string }): string {
  const folder = workbench.write({ 'main.tf': root });
  cpSync(join(modulesFolder, module.name), join(folder, module.name), { recursive: true });
  return folder;
}

beforeAll(() => {
  writeModule(sampleModule, modulesFolder);
  writeModule(aiShellEcsModule, modulesFolder);
  writeModule(prewarmModule, modulesFolder);
});

afterAll(() => {
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

describe('the module ai-shell-ecs', () => {
  test('plans two instances of itself, each all it holds', async () => {
    const folder = consumer(callAiShell, aiShellEcsModule);
    await workbench.init(folder);
    await workbench.validate(folder);
    const { add, change, destroy } = await workbench.plan(folder);
    expect({ change, destroy }).toEqual({ change: 0, destroy: 0 });
    // Two alike: an even number, of which the group, the template, cluster and provider are some.
    expect(add % 2).toBe(0);
    expect(add).toBeGreaterThan(60);
  });

  test('refuses an image that neither a tag nor a digest pins', async () => {
    const folder = consumer(callAiShell.replace(digest, ''), aiShellEcsModule);
    await workbench.init(folder);
    await expect(workbench.plan(folder)).rejects.toThrow(/without\s+either is not pinned/);
  });
});

describe('the module prewarm', () => {
  test('plans two instances of itself, each all it holds', async () => {
    const folder = consumer(callPrewarm, prewarmModule);
    await workbench.init(folder);
    await workbench.validate(folder);
    const { resource } = JSON.parse(readFileSync(join(folder, 'prewarm', 'main.tf.json'), 'utf8'));
    const held = Object.values<object>(resource).flatMap((named) => Object.keys(named)).length;
    expect(await workbench.plan(folder)).toEqual({ add: 2 * held, change: 0, destroy: 0 });
  });

  test('refuses a name that would not fit into the names of resources', async () => {
    const folder = consumer(callPrewarm.replace('each.key', 'upper(each.key)'), prewarmModule);
    await workbench.init(folder);
    await expect(workbench.plan(folder)).rejects.toThrow(
      'deployment: allowed are 1 to 20 lower-case letters',
    );
  });
});
