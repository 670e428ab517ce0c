/** AiShellEcs with warm pool and golden AMI on the emulator: applied by Terraform, driven as AWS drives it, destroyed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CreateSubnetCommand, CreateVpcCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { ECSClient, RegisterContainerInstanceCommand, RunTaskCommand, type Task } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeInstanceInformationCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { App } from 'cdktf';
import { environments } from '../../environments';
import { AiShellEcs, type AiShellEcsProps } from '../../modules/ai-shell-ecs';
import { addAiShellEcsOutputs } from '../../modules/ai-shell-ecs/outputs';
import { EcrImages } from '../../modules/parts/ecr-images';
import { WarmpathStack } from '../../modules/warmpath-stack';
import { repositoryRoot } from '../../scripts/build/functions';
import { verify } from '../../scripts/cli/coldstart/verify';
import { AppliedStack } from './support/applied-stack';
import { expectDeployerRights } from './support/deployer-rights';

const REPOSITORY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';

class ShellStack extends WarmpathStack {
  constructor(scope: App, id: string, props: AiShellEcsProps) {
    super(scope, id, { environmentName: 'local', environment: environments.local });
    // The repositories that `warmpath image` pushes to may stand in the same stack.
    new EcrImages(this, 'images', { repositoryName: 'ai-shell-images' });
    addAiShellEcsOutputs(this, new AiShellEcs(this, 'ai-shell', props));
  }
}

const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-aws-shell-'));
const ec2 = new EC2Client({});
const ecr = new ECRClient({});
const ecs = new ECSClient({});
const ssm = new SSMClient({});
const lambda = new LambdaClient({});
const autoScaling = new AutoScalingClient({});
let stack: AppliedStack;
let added = 0;
let drift: readonly string[] = [];
let instances: readonly string[] = [];

/** Returns the digest of what was pushed, which the emulator derives from the digests of the layers. */
async function pushImage(imageTag: string, ...layers: readonly string[]): Promise<string> {
  const { image } = await ecr.send(
    new PutImageCommand({
      repositoryName: 'ai-shell',
      imageTag,
      imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      imageManifest: JSON.stringify({
        schemaVersion: 2,
        config: {},
        layers: layers.map((digest) => ({ digest })),
      }),
    }),
  );
  return image!.imageId!.imageDigest!;
}

/** A network and a pushed image, as a user has them before. */
async function surroundings(): Promise<Pick<AiShellEcsProps, 'network' | 'ami'>> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
  const subnet = { VpcId: Vpc!.VpcId!, CidrBlock: '10.9.0.0/20' };
  const { Subnet } = await ec2.send(new CreateSubnetCommand(subnet));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'ai-shell' }));
  await pushImage('v1');
  return {
    network: { vpcId: Vpc!.VpcId!, subnetIds: [Subnet!.SubnetId!] },
    ami: { from: 'id', id: Images[0]!.ImageId! },
  };
}

beforeAll(async () => {
  const app = new App({ outdir: outFolder, stackTraces: false });
  new ShellStack(app, 'shell', {
    ...(await surroundings()),
    name: 'shell',
    image: { from: 'tag', repositoryUrl: REPOSITORY, tag: 'v1' },
    instances: { minSize: 2, instanceTypes: ['m7g.large', 'm6g.large'], forceDelete: true },
    goldenAmi: {},
    service: { desiredCount: 1 },
  });
  app.synth();
  stack = new AppliedStack(join(outFolder, 'stacks', 'shell'));
  added = await stack.apply();
  drift = await stack.drift();
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['shell-ecs-asg'] }),
  );
  instances = (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId);
});

afterAll(() => {
  stack?.close();
  rmSync(outFolder, { recursive: true, force: true });
});

async function invoke(FunctionName: string, event: object): Promise<string> {
  const { FunctionError, Payload, LogResult } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail' }),
  );
  if (FunctionError !== undefined) throw new Error(Buffer.from(Payload ?? []).toString());
  return Buffer.from(LogResult ?? '', 'base64').toString();
}

function linesOf(log: string): Record<string, unknown>[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

async function parameter(part: string): Promise<string | undefined> {
  const Name = String(stack.resource('aws_ssm_parameter', part)['name']);
  return (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
}

/** The `warmpath` command as a user runs it. */
function warmpath(...args: string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const command = [join(repositoryRoot, 'scripts/cli/warmpath.cjs'), ...args];
    // The environment of the test, which names the emulator of its worker: that of the process is another one.
    const child = spawn(process.execPath, command, { env: process.env });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}

describe('the stack', () => {
  it('is applied whole, and a second plan finds nothing to do', () => {
    expect(added).toBeGreaterThan(70);
    expect(drift).toEqual([]);
  });

  it('launches the instances that the group asks for', () => {
    expect(instances).toHaveLength(2);
  });
});

describe('a task that starts on an instance from the warm pool', () => {
  let task: Task;

  beforeAll(async () => {
    const cluster = String(stack.resource('aws_ecs_cluster')['name']);
    await ecs.send(
      new RegisterContainerInstanceCommand({
        cluster,
        instanceIdentityDocument: JSON.stringify({ instanceId: instances[0] }),
        attributes: [{ name: 'warmpath.origin', value: 'warm-pool' }],
      }),
    );
    const taskDefinition = String(stack.resource('aws_ecs_task_definition')['arn']);
    const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition }));
    task = tasks[0]!;
  });

  it('is measured once by the function, however often its event comes', async () => {
    const event = { 'detail-type': 'ECS Task State Change', detail: { ...task, version: 3 } };
    const first = linesOf(await invoke('shell-task-start-metrics', event));
    const again = linesOf(await invoke('shell-task-start-metrics', event));
    expect(first).toEqual([
      expect.objectContaining({
        Cluster: 'shell-ecs',
        TaskStartSeconds: 0,
        ImageCacheHit: 1,
        WarmPoolHit: 1,
      }),
    ]);
    expect(again).toEqual([]);
  });

  it('is measured alike by the command', async () => {
    const { code, text } = await warmpath('coldstart', 'measure', '--cluster', 'shell-ecs', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(text).summaries).toEqual([
      expect.objectContaining({
        family: 'shell-shell',
        tasks: 1,
        cacheHits: 1,
        poolHits: 1,
        originsKnown: 1,
      }),
    ]);
  });
});

describe('warmpath coldstart verify', () => {
  // The emulator has no managed instances to ask.
  const silent = new SSMClient({});
  mockClient(silent).on(DescribeInstanceInformationCommand).resolves({ InstanceInformationList: [] });
  async function run(images?: readonly string[]): Promise<{ code: number; kinds: string[] }> {
    let printed = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
    const options = { group: 'shell-ecs-asg', json: true, ...(images && { images }) };
    const code = await verify({ autoScaling, ec2, ssm: silent }, options).finally(() => write.mockRestore());
    const judged: { verdict: { kind: string } }[] = JSON.parse(printed).instances;
    return { code, kinds: judged.map(({ verdict }) => verdict.kind) };
  }

  it('reads the wanted digest from the applied launch template', async () => {
    expect(await run()).toEqual({ code: 0, kinds: ['by-template', 'by-template'] });
  });

  it('tells instances whose template wants another digest', async () => {
    expect(await run([`${REPOSITORY}@sha256:${'0'.repeat(64)}`])).toEqual({
      code: 1,
      kinds: ['outdated', 'outdated'],
    });
  });
});

describe('a push to the repository', () => {
  function pushOf(digest: string) {
    return {
      'detail-type': 'ECR Image Action',
      detail: {
        'action-type': 'PUSH',
        result: 'SUCCESS',
        'repository-name': 'ai-shell',
        'image-digest': digest,
        'image-tag': 'v2',
      },
    };
  }

  it('becomes the reference to bake, once, also when the event of an earlier push comes late', async () => {
    const earlier = await pushImage('v2', `sha256:${'1e'.repeat(32)}`);
    const newest = await pushImage('v2', `sha256:${'2e'.repeat(32)}`);
    const outcomes = [];
    for (const digest of [newest, newest, earlier])
      outcomes.push(...linesOf(await invoke('shell-image-digest', pushOf(digest))));
    expect(outcomes).toMatchObject([
      { outcome: 'written' },
      { outcome: 'unchanged' },
      { outcome: 'unchanged' },
    ]);
    expect(await parameter('reference')).toBe(`${REPOSITORY}@${newest}`);
  });

  it('is rolled out, once its AMI is built, by a new template version and the group', async () => {
    const Name = String(stack.resource('aws_ssm_parameter', 'ami-id')['name']);
    // By hand and so without its data type, the worse case.
    await ssm.send(new PutParameterCommand({ Name, Value: 'ami-0badc0ffee0000001', Overwrite: true }));
    expect(await stack.drift()).toEqual([
      expect.stringMatching(/^aws_autoscaling_group\./),
      expect.stringMatching(/^aws_launch_template\./),
    ]);
  });
});

describe('the stack at its end', () => {
  it('is destroyed whole', async () => {
    await stack.destroy();
    const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
    expect(AutoScalingGroups?.map(({ AutoScalingGroupName }) => AutoScalingGroupName)).not.toContain(
      'shell-ecs-asg',
    );
  });

  it('took of whoever deployed it the rights that the page names', () => {
    expectDeployerRights('ai-shell-ecs', stack.operations());
  });
});
