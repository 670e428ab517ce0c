/** Groups whose new template versions are rolled out by a command: what Terraform leaves alone, on the emulator. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateSubnetCommand, CreateVpcCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { App } from 'cdktf';
import { environments } from '../../environments';
import { AiShellEcs, type AiShellEcsProps } from '../../modules/ai-shell-ecs';
import { WarmpathStack } from '../../modules/warmpath-stack';
import { templateOf } from '../../scripts/cli/coldstart/auto-scaling-group';
import { desiredConfiguration } from '../../scripts/cli/coldstart/desired-configuration';
import { AppliedStack } from './support/applied-stack';

const DIGEST = '1f'.repeat(32);
const REFERENCE = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${DIGEST}`;

/** One group of one instance type, one of two. */
class GroupsStack extends WarmpathStack {
  constructor(scope: App, id: string, props: Pick<AiShellEcsProps, 'network' | 'ami'>) {
    super(scope, id, { environmentName: 'local', environment: environments.local });
    for (const [name, instanceTypes] of [
      ['plain', ['m7g.large']],
      ['mixed', ['m7g.large', 'm6g.large']],
    ] as const)
      new AiShellEcs(this, name, {
        ...props,
        name,
        image: { from: 'digest', reference: REFERENCE },
        instances: { instanceTypes, forceDelete: true },
        refresh: { startedBy: 'command' },
        task: false,
        exec: false,
        coldStartMetrics: false,
      });
  }
}

const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-aws-refresh-'));
const stackFolder = join(outFolder, 'stacks', 'groups');
const ec2 = new EC2Client({});
const autoScaling = new AutoScalingClient({});
let stack: AppliedStack;

async function surroundings(): Promise<Pick<AiShellEcsProps, 'network' | 'ami'>> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.8.0.0/16' }));
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId: Vpc!.VpcId!, CidrBlock: '10.8.0.0/20' }),
  );
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  return {
    network: { vpcId: Vpc!.VpcId!, subnetIds: [Subnet!.SubnetId!] },
    ami: { from: 'id', id: Images[0]!.ImageId! },
  };
}

async function groups(): Promise<readonly AutoScalingGroup[]> {
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['plain-ecs-asg', 'mixed-ecs-asg'] }),
  );
  return AutoScalingGroups;
}

async function versions() {
  return (await groups()).map((group) => templateOf(group).version);
}

beforeAll(async () => {
  const app = new App({ outdir: outFolder, stackTraces: false });
  new GroupsStack(app, 'groups', await surroundings());
  app.synth();
  stack = new AppliedStack(stackFolder);
  await stack.apply();
});

afterAll(async () => {
  await stack?.destroy();
  stack?.close();
  rmSync(outFolder, { recursive: true, force: true });
});

it('a new image changes the launch templates, and no group', async () => {
  const file = join(stackFolder, 'cdk.tf.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(DIGEST, '2e'.repeat(32)));
  expect(await stack.drift()).toEqual([
    expect.stringMatching(/^aws_launch_template\./),
    expect.stringMatching(/^aws_launch_template\./),
  ]);
  await stack.apply();
  expect(await versions()).toEqual(['1', '1']);
});

it('what a refresh leaves behind when it succeeds is no drift', async () => {
  for (const group of await groups())
    await autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: group.AutoScalingGroupName,
        ...(await desiredConfiguration(ec2, group, 'latest')),
      }),
    );
  expect(await versions()).toEqual(['2', '2']);
  expect(await stack.drift()).toEqual([]);
});
