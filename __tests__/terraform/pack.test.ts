/** What `npm run pack` writes, in the hands of somebody without this repository. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tar from 'tar';
import { packAll } from '../../scripts/build/pack';
import { packConstructs } from '../../scripts/build/pack/constructs';
import { packHclModules } from '../../scripts/build/pack/hcl-modules';
import { Workbench } from '../../scripts/build/terraform-cli';

const root = join(__dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'warmpath-packed-'));
const packed = join(home, 'pack');
const workbench = new Workbench();
const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

beforeAll(() => packAll(packed, [packConstructs, packHclModules]));
afterAll(() => {
  workbench.close();
  rmSync(home, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: process.env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

it('has a checksum of every file', () => {
  const lines = readFileSync(join(packed, 'SHA256SUMS'), 'utf8').trim().split('\n');
  const found = readdirSync(packed).filter((name) => name !== 'SHA256SUMS');
  expect(lines.map((line) => line.split('  ')[1])).toEqual(found.sort());
  for (const line of lines) {
    const [sum, name = ''] = line.split('  ');
    expect(
      createHash('sha256')
        .update(readFileSync(join(packed, name)))
        .digest('hex'),
    ).toBe(sum);
  }
});

it.each([
  [`warmpath-prewarm-${version}.tar.gz`, ['LICENSE', 'THIRD-PARTY-NOTICES.txt']],
  [`warmpath-public-vpc-${version}.tar.gz`, ['LICENSE']],
  [`warmpath-constructs-${version}.tgz`, ['package/LICENSE', 'package/THIRD-PARTY-NOTICES.txt']],
])('%s carries the licences of what is in it', (name, expected) => {
  const entries: string[] = [];
  tar.list({ file: join(packed, name), sync: true, onReadEntry: ({ path }) => entries.push(path) });
  expect(entries.filter((path) => /LICENSE|NOTICES/.test(path)).sort()).toEqual(expected);
});

describe('the modules', () => {
  const call = `
provider "aws" {
  region                      = "eu-central-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  max_retries                 = 1
}

module "shell" {
  source                 = "SOURCE"
  name                   = "shell"
  existing_cluster_name  = "platform"
  ecr_repository_url     = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_digest = "sha256:${'1f'.repeat(32)}"
  image_id               = "ami-0a1b2c3d4e5f60718"
  look_up_ami            = false
  check_instance_type    = false
  vpc_id                 = "vpc-0a1b2c3d4e5f60718"
  subnet_ids             = ["subnet-0a1b2c3d4e5f60718"]
}
`;

  it.each([
    [
      'an archive',
      (folder: string) => join(folder, `warmpath-ai-shell-ecs-existing-cluster-${version}.tar.gz`),
    ],
    [
      'the tag of a repository that the bundle was fetched into',
      (folder: string) => {
        const repository = join(home, 'warmpath.git');
        run(
          'git',
          ['clone', '--quiet', '--bare', join(folder, `warmpath-modules-${version}.bundle`), repository],
          home,
        );
        return `git::file://${repository}//modules/ai-shell-ecs-existing-cluster?ref=v${version}`;
      },
    ],
  ])('are planned from %s, without Node', async (_, sourceIn) => {
    const folder = workbench.write({ 'main.tf': call.replace('SOURCE', sourceIn(packed)) });
    await workbench.init(folder);
    expect((await workbench.plan(folder)).add).toBeGreaterThan(50);
  });
});

describe('the constructs', () => {
  const project = join(home, 'project');

  const main = `
import { Construct } from "constructs";
import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { addAiShellEcsOutputs, AiShellEcs, Prewarm, PublicVpc } from "warmpath-constructs";

class MyStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-central-1" });
    const network = new PublicVpc(this, "network", { name: "mine", region: "eu-central-1" });
    const shell = new AiShellEcs(this, "shell", {
      name: "shell",
      image: { from: "digest", reference: "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${'1f'.repeat(32)}" },
      network: { vpcId: network.vpcId, subnetIds: network.subnetIds },
      goldenAmi: {},
    });
    shell.group.hook.addOverride("heartbeat_timeout", 1000);
    addAiShellEcsOutputs(this, shell, "blue_");
    new Prewarm(this, "prewarm", { deployment: "mine", accountId: "111111111111", region: "eu-central-1" });
  }
}

const app = new App();
new MyStack(app, "mine");
app.synth();
`;

  beforeAll(async () => {
    const library = join(project, 'node_modules/warmpath-constructs');
    mkdirSync(library, { recursive: true });
    mkdirSync(join(project, 'node_modules/@types'));
    await tar.extract({ file: join(packed, `warmpath-constructs-${version}.tgz`), cwd: library, strip: 1 });
    for (const name of ['cdktf', 'constructs', '@cdktf', '@types/node'])
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    const template = join(root, 'node_modules/cdktf-cli/bundle/templates/typescript/tsconfig.json');
    writeFileSync(join(project, 'tsconfig.json'), readFileSync(template, 'utf8'));
    writeFileSync(join(project, 'main.ts'), main);
  });

  it("compile and synthesize in a project of CDKTF's template, by its own tsconfig", () => {
    run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', '.', '--preserveSymlinks'], project);
    run(process.execPath, ['--preserve-symlinks', 'main.js'], project);
    const { resource } = JSON.parse(readFileSync(join(project, 'cdktf.out/stacks/mine/cdk.tf.json'), 'utf8'));
    expect(Object.keys(resource)).toEqual(
      expect.arrayContaining([
        'aws_autoscaling_group',
        'aws_imagebuilder_image_pipeline',
        'aws_api_gateway_rest_api',
      ]),
    );
  });

  it('hold the programs and the boot program, and no test', () => {
    const library = join(project, 'node_modules/warmpath-constructs');
    expect(existsSync(join(library, 'programs/prewarm-agent/index.js'))).toBe(true);
    expect(existsSync(join(library, 'prepull/warmpath-prepull.sh'))).toBe(true);
    const files = readdirSync(library, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /__tests__|\.test\./.test(name))).toEqual([]);
  });

  it('are the same for the fork of CDKTF, by its names', async () => {
    const library = join(home, 'cdktn');
    mkdirSync(library);
    await tar.extract({
      file: join(packed, `warmpath-constructs-cdktn-${version}.tgz`),
      cwd: library,
      strip: 1,
    });
    const program = readFileSync(join(library, 'index.js'), 'utf8');
    expect(program).toContain('require("cdktn")');
    expect(program).not.toMatch(/require\("(cdktf|@cdktf\/.*)"\)/);
    const types = readFileSync(join(library, 'types/modules/ai-shell-ecs/index.d.ts'), 'utf8');
    expect(types).not.toMatch(/from '@?cdktf/);
  });
});
