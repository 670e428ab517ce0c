/** The modules for plain Terraform, called by a root module with `for_each`, with the real AWS provider. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModule } from '../../modules/parts/hcl-module';
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

const modulesFolder = mkdtempSync(join(tmpdir(), 'warmpath-modules-'));
const workbench = new Workbench();

function consumer(root: string, module: { readonly name: string }): string {
  const folder = workbench.write({ 'main.tf': root });
  cpSync(join(modulesFolder, module.name), join(folder, module.name), { recursive: true });
  return folder;
}

beforeAll(() => {
  writeModule(sampleModule, modulesFolder);
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
