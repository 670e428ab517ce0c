/** Every change that an operator makes of `AiShellEcs`, planned by the real provider from an applied state. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { InvalidAiShellEcsError } from '../../../modules/ai-shell-ecs/errors';
import { resolveSettings } from '../../../modules/ai-shell-ecs/settings';
import { aiShellEcsModules } from '../../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../../modules/parts/hcl-module';
import { bundle } from '../../../scripts/build/functions';
import { bases, changeCases, firstVersion, REGISTRY, type Surroundings } from './ai-shell-ecs-cases';
import { changedGoldenVariables, changedVariables, requiredArguments } from './ai-shell-ecs-variables';
import { ChangeBench, type ModuleCall, type ResourceChange } from './change-bench';
import { changeTable, patched, shown, valueAt } from './change-case';
import { effectOf } from './effects';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-changes-shell-'));
const bench = new ChangeBench();
const ec2 = new EC2Client({});

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

async function surroundings(): Promise<Surroundings> {
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
  const amiId = await ownAmi(subnetIds[0]!);
  await new ECSClient({}).send(new CreateClusterCommand({ clusterName: 'platform' }));
  await new SSMClient({}).send(
    new PutParameterCommand({ Name: '/teams/shell/ami', Value: 'ami-0badc0ffee', Type: 'String' }),
  );
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
  return {
    vpcId: Vpc!.VpcId!,
    subnetIds,
    routeTableId: RouteTables[0]!.RouteTableId!,
    amiId,
    lockFile,
  };
}

function written(name: string, props: AiShellEcsProps): ModuleCall {
  const text = { name, description: '', usage: '' };
  return {
    folder: writeModule(
      { ...text, build: (stack) => void new AiShellEcs(stack, 'shell', props) },
      join(folder, 'modules'),
    ),
  };
}

/** The rules of the construct, or the guard rails of every stack. */
function isRefusal(error: unknown): boolean {
  return error instanceof InvalidAiShellEcsError || String(error).includes('Annotations with level "ERROR"');
}

/** The configuration of the first version, with the surroundings of this run. */
function writtenByFirstVersion({ vpcId, subnetIds, amiId }: Surroundings): ModuleCall {
  const target = join(folder, 'first-version');
  mkdirSync(target);
  const configuration = readFileSync(join(__dirname, 'ai-shell-ecs-0.1.tf.json'), 'utf8')
    .replaceAll('vpc-0000000000000000a', vpcId)
    .replaceAll('subnet-0000000000000000a', subnetIds[0]!)
    .replaceAll('ami-0000000000000000a', amiId);
  writeFileSync(join(target, 'main.tf.json'), configuration);
  copyFileSync(bundle('task-start-metrics').zipPath, join(target, 'function.zip'));
  return { folder: target };
}

interface PlannedCase {
  readonly table: 'props' | 'variables' | 'upgrade' | 'unchanged';
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** `undefined` for one that is refused at synthesis. */
  readonly call: (ModuleCall & { readonly of: string }) | undefined;
}

let planned: readonly PlannedCase[] = [];
let changes: ReadonlyMap<string, readonly ResourceChange[]> = new Map();

beforeAll(async () => {
  const around = await surroundings();
  const applied = bases(around);
  const modules = new Map(
    aiShellEcsModules.map((module) => [module.name, writeModule(module, join(folder, 'hcl'))] as const),
  );
  const hcl = {
    'hcl-plain': modules.get('ai-shell-ecs')!,
    'hcl-golden': modules.get('ai-shell-ecs-golden-ami')!,
    'hcl-joined': modules.get('ai-shell-ecs-existing-cluster')!,
  } as const;
  function hclCall(name: keyof typeof hcl, changed: object = {}): ModuleCall {
    return { folder: hcl[name], arguments: { ...requiredArguments(name, around), ...changed } };
  }
  await bench.apply({
    ...Object.fromEntries(Object.entries(applied).map(([name, props]) => [name, written(name, props)])),
    ...Object.fromEntries((Object.keys(hcl) as (keyof typeof hcl)[]).map((name) => [name, hclCall(name)])),
    before: writtenByFirstVersion(around),
  });

  const ofProps = changeCases(around).map(({ prop, base, to, patch }, index): PlannedCase => {
    const from = shown(valueAt(resolveSettings(applied[base]), prop) ?? valueAt(applied[base], prop));
    const row = { table: 'props', name: prop, from, to } as const;
    try {
      const call = written(`case-${index}`, patched<AiShellEcsProps>(applied[base], patch));
      return { ...row, call: { ...call, of: base } };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { ...row, call: undefined };
    }
  });
  function ofVariable(name: keyof typeof hcl, variable: string, value: unknown): PlannedCase {
    const { variable: declared } = JSON.parse(readFileSync(join(hcl[name], 'main.tf.json'), 'utf8'));
    const from = shown(valueAt(requiredArguments(name, around), variable) ?? declared[variable].default);
    const call = { ...hclCall(name, { [variable]: value }), of: name };
    return { table: 'variables', name: variable, from, to: shown(value), call };
  }
  const { vpcId, subnetIds, amiId } = around;
  const upgraded = written('upgraded', {
    ...firstVersion,
    network: { vpcId, subnetIds: subnetIds.slice(0, 1) },
    ami: { from: 'id', id: amiId },
  });
  const none = { name: '', from: '', to: '' };
  planned = [
    ...ofProps,
    ...Object.entries(changedVariables(around)).map(([name, value]) => ofVariable('hcl-plain', name, value)),
    ...Object.entries(changedGoldenVariables).map(([name, value]) => ofVariable('hcl-golden', name, value)),
    { ...none, table: 'upgrade', call: { ...upgraded, of: 'before' } },
    { ...none, table: 'unchanged', call: { ...written('unchanged', applied.golden), of: 'golden' } },
    { ...none, table: 'unchanged', call: { ...hclCall('hcl-joined'), of: 'hcl-joined' } },
  ];
  changes = await bench.plan(
    Object.fromEntries(
      planned.flatMap(({ call }, index) => (call === undefined ? [] : [[String(index), call] as const])),
    ),
  );
}, 1_800_000);

afterAll(() => {
  bench.close();
  rmSync(folder, { recursive: true, force: true });
});

function changesOf(row: PlannedCase): readonly ResourceChange[] {
  return changes.get(String(planned.indexOf(row))) ?? [];
}

function tableOf(table: PlannedCase['table']): string {
  return changeTable(
    planned
      .filter((row) => row.table === table)
      .map((row) => ({ ...row, effect: row.call === undefined ? 'refused' : effectOf(changesOf(row)) })),
  );
}

const readme = readFileSync(join(__dirname, '../../../modules/ai-shell-ecs/README.md'), 'utf8');

it('does to each prop what the README says', () => {
  expect(readme).toContain(tableOf('props'));
});

it('plans nothing where nothing changed', () => {
  const unchanged = planned.filter(({ table }) => table === 'unchanged');
  expect(unchanged.map(changesOf)).toEqual([[], []]);
});

it('replaces neither group nor capacity provider nor cluster, but where the name or the cluster is another one', () => {
  const kinds = ['autoscaling_group', 'ecs_capacity_provider', 'ecs_cluster'];
  const replacing = planned.filter((row) =>
    changesOf(row).some(({ type, action }) => action === 'replace' && kinds.includes(type)),
  );
  expect(new Set(replacing.map(({ name }) => name))).toEqual(
    new Set(['name', 'cluster.name', 'capacityProvider.name', 'ecs_cluster_name']),
  );
});

it('upgrades a deployment of the first version in place: a revision is added, and two rules for DNS go', () => {
  const upgrade = changesOf(planned.find(({ table }) => table === 'upgrade')!);
  const gone = upgrade.filter(({ action }) => action === 'replace' || action === 'delete');
  expect(gone.map(({ type }) => type).sort()).toEqual([
    'ecs_task_definition',
    'vpc_security_group_egress_rule',
    'vpc_security_group_egress_rule',
  ]);
});
