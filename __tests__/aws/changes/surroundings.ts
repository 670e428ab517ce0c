/** What surrounds the applied deployments: made before, outside of Terraform. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateImageCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

export const REGISTRY = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

export interface Surroundings {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly routeTableId: string;
  readonly amiId: string;
  /** A lock file with the images `shell` and `other`. */
  readonly lockFile: string;
  /** A lock file of AMIs in two Regions, and one after a newer AMI was recommended. */
  readonly amiLockFile: string;
  readonly movedAmiLockFile: string;
}

const ec2 = new EC2Client({});

export async function makeSurroundings(folder: string): Promise<Surroundings> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.7.0.0/16' }));
  const subnetIds: string[] = [];
  for (const third of [0, 16]) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: Vpc!.VpcId!, CidrBlock: `10.7.${third}.0/20` }),
    );
    subnetIds.push(Subnet!.SubnetId!);
  }
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [Vpc!.VpcId!] }] }),
  );
  await new ECSClient({}).send(new CreateClusterCommand({ clusterName: 'platform' }));
  await new SSMClient({}).send(
    new PutParameterCommand({ Name: '/teams/shell/ami', Value: 'ami-0badc0ffee', Type: 'String' }),
  );
  await pushImages();
  const amiId = await ownAmi(subnetIds[0]!);
  return {
    vpcId: Vpc!.VpcId!,
    subnetIds,
    routeTableId: RouteTables[0]!.RouteTableId!,
    amiId,
    lockFile: writeLock(folder),
    amiLockFile: writeAmiLock(join(folder, 'ami.lock.json'), amiId),
    movedAmiLockFile: writeAmiLock(join(folder, 'moved.lock.json'), 'ami-0c1d2e3f405162738'),
  };
}

/** An AMI of the account, as golden ones are. */
async function ownAmi(SubnetId: string): Promise<string> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: Images[0]!.ImageId!, SubnetId, MinCount: 1, MaxCount: 1 }),
  );
  const { ImageId } = await ec2.send(
    new CreateImageCommand({ InstanceId: Instances[0]!.InstanceId!, Name: 'own' }),
  );
  return ImageId!;
}

async function pushImages(): Promise<void> {
  const ecr = new ECRClient({});
  for (const repositoryName of ['ai-shell', 'other-shell']) {
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    await ecr.send(
      new PutImageCommand({
        repositoryName,
        imageTag: 'v2',
        imageManifest: JSON.stringify({ schemaVersion: 2, config: {}, layers: [{ digest: repositoryName }] }),
        imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      }),
    );
  }
}

function writeLock(folder: string): string {
  const lockFile = join(folder, 'images.lock.json');
  const locked = {
    repo: `${REGISTRY}/ai-shell`,
    key: 'k',
    tag: 'v3',
    digest: `sha256:${'5'.repeat(64)}`,
    platform: 'linux/arm64',
    sizeBytes: 1,
    builtAt: '2026-11-01T00:00:00Z',
    commit: 'c',
  };
  writeFileSync(lockFile, JSON.stringify({ shell: locked, other: { ...locked, repo: `${REGISTRY}/other` } }));
  return lockFile;
}

function writeAmiLock(lockFile: string, id: string): string {
  const arm64 = { id, name: 'al2023-ami-ecs-hvm-2023.0.20260226-kernel-6.1-arm64' };
  const elsewhere = { ...arm64, id: 'ami-0b1c2d3e4f5061728' };
  const other = { id: 'ami-0e1f2031425364758', name: 'al2023-ami-ecs-hvm-2023.0.20260226-kernel-6.1-x86_64' };
  writeFileSync(
    lockFile,
    JSON.stringify({ 'eu-central-1': { arm64, x86_64: other }, 'eu-west-1': { arm64: elsewhere } }),
  );
  return lockFile;
}

/** What AWS does every other week. */
export async function moveRecommendedAmis(): Promise<void> {
  const ssm = new SSMClient({});
  for (const path of ['arm64/recommended', 'recommended'])
    await ssm.send(
      new PutParameterCommand({
        Name: `/aws/service/ecs/optimized-ami/amazon-linux-2023/${path}/image_id`,
        Value: 'ami-0d1e2f30415263748',
        Overwrite: true,
      }),
    );
}
