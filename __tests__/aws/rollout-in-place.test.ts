/** From hosts that a new image replaces to hosts that pull it in place: the change, a rollout by command, and what Terraform says. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeWarmPoolCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateSubnetCommand, CreateVpcCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { App } from 'cdktf';
import { environments } from '../../environments';
import { parseImagesDocument } from '../../lambdas/image-rollout/plan/documents';
import { AiShellEcs, type AiShellEcsProps } from '../../modules/ai-shell-ecs';
import { addAiShellEcsOutputs } from '../../modules/ai-shell-ecs/outputs';
import { WarmpathStack } from '../../modules/warmpath-stack';
import { repositoryRoot } from '../../scripts/build/functions';
import { rolloutDocument } from '../../scripts/cli/coldstart/json-documents';
import { until } from '../support/until';
import { AppliedStack } from './support/applied-stack';

const REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

class ShellStack extends WarmpathStack {
  constructor(scope: App, id: string, props: AiShellEcsProps) {
    super(scope, id, { environmentName: 'local', environment: environments.local });
    addAiShellEcsOutputs(this, new AiShellEcs(this, 'ai-shell', props));
  }
}

/** Three hosts at any hour, which takes two windows; configured are two. */
const PLANNED: AiShellEcsProps['warmPool'] = {
  timeZone: 'Europe/Berlin',
  schedule: [
    { from: '00:00', to: '12:00', minSize: 3 },
    { from: '12:00', to: '24:00', minSize: 3 },
  ],
};

const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-aws-rollout-'));
const folder = join(outFolder, 'stacks', 'shell');
const ec2 = new EC2Client({});
const ecr = new ECRClient({});
const ecs = new ECSClient({});
const ssm = new SSMClient({});
const logs = new CloudWatchLogsClient({});
const autoScaling = new AutoScalingClient({});
const digests: string[] = [];
let stack: AppliedStack;
let props: AiShellEcsProps;

/** Pushes an index of one platform; returns its digest. */
async function push(layer: string, architecture = 'arm64'): Promise<string> {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  async function put(imageManifest: object, imageManifestMediaType: string): Promise<string> {
    const { image } = await ecr.send(
      new PutImageCommand({
        repositoryName: 'ai-shell',
        imageManifestMediaType,
        imageManifest: JSON.stringify(imageManifest),
        imageTag: `${layer}-${imageManifestMediaType.includes('index') ? 'index' : 'image'}`,
      }),
    );
    return image!.imageId!.imageDigest!;
  }
  const digest = `sha256:${layer.repeat(64)}`;
  const child = await put(
    { schemaVersion: 2, mediaType: type, config: { digest }, layers: [{ digest, size: 5e9 }] },
    type,
  );
  const indexType = 'application/vnd.oci.image.index.v1+json';
  return put(
    {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [{ mediaType: type, digest: child, size: 1, platform: { os: 'linux', architecture } }],
    },
    indexType,
  );
}

/** Writes the configuration anew over the one that is applied. */
function synthesize(change: Partial<AiShellEcsProps>): void {
  const app = new App({ outdir: outFolder, stackTraces: false });
  new ShellStack(app, 'shell', { ...props, ...change });
  app.synth();
}

async function document() {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/warmpath/shell/images' }));
  return { ...parseImagesDocument(Parameter!.Value!), generation: Parameter!.Version! };
}

async function instanceIds(): Promise<readonly string[]> {
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['shell-ecs-asg'] }),
  );
  return (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId);
}

/** What every host would say that holds whatever the document names. */
async function reportForHosts(): Promise<void> {
  const { generation, images } = await document();
  const held = Object.values(images).flatMap((slots) => Object.values(slots));
  const message = JSON.stringify({
    event: 'images',
    generation,
    stale: false,
    held: held.join(','),
    failed: '',
  });
  for (const logStreamName of await instanceIds()) {
    const stream = { logGroupName: '/warmpath/shell/prepull', logStreamName };
    await logs.send(new CreateLogStreamCommand(stream)).catch(() => {});
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
  }
}

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `warmpath` command as a user runs it, while hosts do what the document says. */
async function rollout(...args: string[]): Promise<Run> {
  const command = [
    join(repositoryRoot, 'scripts/cli/warmpath.cjs'),
    'coldstart',
    'rollout',
    '--group',
    'shell-ecs-asg',
  ];
  const child = spawn(process.execPath, [...command, ...args], { env: process.env });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => {
      said[stream] += chunk.toString();
    });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await until(async () => {
    await reportForHosts();
    return child.exitCode !== null;
  });
  await ended;
  return { code: child.exitCode, ...said };
}

beforeAll(async () => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.6.0.0/16' }));
  const subnet = { VpcId: Vpc!.VpcId!, CidrBlock: '10.6.0.0/20' };
  const { Subnet } = await ec2.send(new CreateSubnetCommand(subnet));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'ai-shell' }));
  digests.push(await push('a'), await push('b'), await push('c', 'amd64'));
  props = {
    name: 'shell',
    network: { vpcId: Vpc!.VpcId!, subnetIds: [Subnet!.SubnetId!] },
    ami: { from: 'id', id: Images[0]!.ImageId! },
    image: { from: 'digest', reference: `${REGISTRY}/ai-shell@${digests[0]}` },
    instances: { minSize: 2, forceDelete: true },
    service: { desiredCount: 1 },
    coldStartMetrics: false,
    tags: { team: 'shells' },
  };
  synthesize({ rollout: 'replace' });
  stack = new AppliedStack(folder);
  await stack.apply();
});

afterAll(async () => {
  await stack?.destroy();
  stack?.close();
  rmSync(outFolder, { recursive: true, force: true });
});

describe('a group whose images are rolled out in place', () => {
  let refused: Run;
  let dry: Run;
  let rolled: Run;
  let change: readonly string[];
  let driftBefore: readonly string[];

  beforeAll(async () => {
    synthesize({ rollout: 'in-place', inPlaceRollout: { startedBy: 'command' }, warmPool: PLANNED });
    change = await stack.actions();
    await stack.apply();
    driftBefore = await stack.drift();
    dry = await rollout('--image', `shell=${digests[1]}`, '--dry-run');
    refused = await rollout('--image', `shell=${digests[2]}`);
    rolled = await rollout('--image', `shell=${digests[1]}`, '--json');
  });

  it('begins with one change of the launch template, and replaces and removes nothing', () => {
    expect(change.filter((line) => !line.startsWith('create '))).toEqual([
      expect.stringMatching(/^update aws_autoscaling_group\./),
      expect.stringMatching(/^update aws_ecs_task_definition\./),
      expect.stringMatching(/^update aws_iam_role_policy\./),
      expect.stringMatching(/^update aws_launch_template\./),
    ]);
    expect(driftBefore).toEqual([]);
  });

  it('is told beforehand what a rollout would do', () => {
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('next: next is published');
  });

  it('refuses an image of another platform before any host pulls it', () => {
    expect(refused).toMatchObject({ code: 1, stdout: 'stopped: wrong-platform\n' });
  });

  it('ends with the new image in document, revision and service, the tags of the revision kept', async () => {
    const reference = `${REGISTRY}/ai-shell@${digests[1]}`;
    expect({ ...rolled, stderr: '' }).toMatchObject({ code: 0 });
    expect(rolloutDocument.parse(JSON.parse(rolled.stdout))).toMatchObject({
      outcome: 'done',
      images: { shell: { current: reference } },
    });
    const { taskDefinition, tags } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'shell-shell', include: ['TAGS'] }),
    );
    expect(taskDefinition!.containerDefinitions![0]!.image).toBe(reference);
    expect(tags).toContainEqual({ key: 'team', value: 'shells' });
    const { services = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster: 'shell-ecs', services: ['shell'] }),
    );
    expect(services[0]!.taskDefinition).toBe(taskDefinition!.taskDefinitionArn);
    expect((await document()).images['shell']).toEqual({
      current: reference,
      previous: `${REGISTRY}/ai-shell@${digests[0]}`,
    });
  });

  it('leaves a pool of the size that its windows say, and a plan that is empty', async () => {
    const { WarmPoolConfiguration: pool } = await autoScaling.send(
      new DescribeWarmPoolCommand({ AutoScalingGroupName: 'shell-ecs-asg' }),
    );
    expect(pool).toMatchObject({ MinSize: 3, PoolState: 'Stopped' });
    expect(await stack.drift()).toEqual([]);
  });

  it('goes back to the images before by one word', async () => {
    expect(await rollout('--to', 'previous')).toMatchObject({ code: 0, stdout: 'done\n' });
    expect((await document()).images['shell']!.current).toBe(`${REGISTRY}/ai-shell@${digests[0]}`);
    expect(await stack.drift()).toEqual([]);
  });

  it('goes back to hosts that are replaced, and replaces nothing on the way but what only a rollout needs', async () => {
    synthesize({ rollout: 'replace' });
    const back = await stack.actions();
    expect(back.filter((line) => line.startsWith('replace'))).toEqual([]);
    expect(back.filter((line) => line.startsWith('delete') && !/rollout|failed-events/.test(line))).toEqual(
      [],
    );
  });

  it('follows its lock where an apply says what is wanted', async () => {
    synthesize({
      rollout: 'in-place',
      warmPool: PLANNED,
      image: { from: 'digest', reference: `${REGISTRY}/ai-shell@${digests[1]}` },
    });
    expect(await stack.actions()).toEqual([expect.stringMatching(/^update aws_ssm_parameter\..*wanted/)]);
    await stack.apply();
    expect(await rollout()).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(await stack.drift()).toEqual([]);
  });
});
