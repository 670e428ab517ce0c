/** Every change that an operator makes of `AiShellEcs` and `Prewarm`, planned by the real provider from an applied state. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { InvalidAiShellEcsError } from '../../../modules/ai-shell-ecs/errors';
import { resolveSettings } from '../../../modules/ai-shell-ecs/settings';
import { aiShellEcsModules } from '../../../modules/ai-shell-ecs/terraform-module';
import { type HclModule, writeModule } from '../../../modules/parts/hcl-module';
import { Prewarm, type PrewarmProps } from '../../../modules/prewarm';
import { InvalidPrewarmError } from '../../../modules/prewarm/errors';
import { resolveSettings as resolvePrewarmSettings } from '../../../modules/prewarm/settings';
import { prewarmModule } from '../../../modules/prewarm/terraform-module';
import { bundle } from '../../../scripts/build/functions';
import { bases, changeCases, firstVersion } from './ai-shell-ecs-cases';
import { changedVariables, requiredArguments } from './ai-shell-ecs-variables';
import { ChangeBench, type ModuleCall, type ResourceChange } from './change-bench';
import { changeTable } from './change-case';
import { effectOf } from './effects';
import { type PlannedCase, propCases, type Subject, variableCases, written } from './planned-case';
import {
  changedPrewarmVariables,
  prewarmBases,
  prewarmCases,
  requiredPrewarmArguments,
} from './prewarm-cases';
import { readmeTable } from './readme-table';
import { makeSurroundings, moveRecommendedAmis, type Surroundings } from './surroundings';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-changes-modules-'));

/** The guard rails of every stack refuse as well as the rules of a construct. */
function isRailed(error: unknown): boolean {
  return String(error).includes('Annotations with level "ERROR"');
}

const shell: Subject<AiShellEcsProps> = {
  id: 'shell',
  build: (scope, props) => void new AiShellEcs(scope, 'shell', props),
  resolve: resolveSettings,
  isRefusal: (error) => error instanceof InvalidAiShellEcsError || isRailed(error),
};

const prewarm: Subject<PrewarmProps> = {
  id: 'prewarm',
  build: (scope, props) => void new Prewarm(scope, 'prewarm', props),
  resolve: resolvePrewarmSettings,
  isRefusal: (error) => error instanceof InvalidPrewarmError || isRailed(error),
};

/** The configuration that the first version wrote, with the surroundings of this run. */
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

/** The applied deployments of a construct, by the names they are applied under. */
function deployments<Props extends object>(
  subject: Subject<Props>,
  applied: Readonly<Record<string, Props>>,
): Readonly<Record<string, ModuleCall>> {
  return Object.fromEntries(
    Object.entries(applied).map(([name, props]) => [
      `${subject.id}-${name}`,
      written(subject, name, props, folder),
    ]),
  );
}

const tables = {
  'props of ai-shell-ecs': [] as readonly PlannedCase[],
  'variables of ai-shell-ecs': [] as readonly PlannedCase[],
  'props of prewarm': [] as readonly PlannedCase[],
  'variables of prewarm': [] as readonly PlannedCase[],
  upgrade: [] as readonly PlannedCase[],
};
let changes: ReadonlyMap<string, readonly ResourceChange[]> = new Map();
let unchanged: readonly ResourceChange[] = [];
let bench: ChangeBench | undefined;

beforeAll(async () => {
  const around = await makeSurroundings(folder);
  const shells = bases(around);
  const prewarms = prewarmBases(around);
  function hcl(module: HclModule, given: Readonly<Record<string, unknown>>): ModuleCall {
    return { folder: writeModule(module, folder), arguments: given };
  }
  const [, golden, joined, inPlace, spot] = aiShellEcsModules;
  const modules = {
    ...deployments(shell, shells),
    ...deployments(prewarm, prewarms),
    'hcl-golden': hcl(golden!, requiredArguments('hcl-golden', around)),
    'hcl-joined': hcl(joined!, requiredArguments('hcl-joined', around)),
    'hcl-in-place': hcl(inPlace!, requiredArguments('hcl-in-place', around)),
    'hcl-spot': hcl(spot!, requiredArguments('hcl-spot', around)),
    'hcl-prewarm': hcl(prewarmModule, requiredPrewarmArguments(around)),
    before: writtenByFirstVersion(around),
  };
  bench = new ChangeBench(modules);
  await bench.apply();
  await moveRecommendedAmis();
  unchanged = await bench.planUnchanged();

  const upgraded = {
    ...firstVersion,
    network: { vpcId: around.vpcId, subnetIds: around.subnetIds.slice(0, 1) },
    ami: { from: 'id', id: around.amiId },
  } as const;
  tables['props of ai-shell-ecs'] = propCases(shell, shells, changeCases(around), folder);
  const {
    image_id,
    existing_cluster_name,
    create_capacity_provider,
    rollout_pool_renewal,
    rollout_ready_percent,
    warm_pool_time_zone,
    warm_pool_schedule,
    warm_pool_follow_demand,
    on_demand_base_capacity,
    on_demand_percentage_above_base_capacity,
    spot_allocation_strategy,
    capacity_rebalance,
    ...common
  } = changedVariables(around);
  const { container_image_digest, instance_types } = common;
  tables['variables of ai-shell-ecs'] = [
    ...variableCases('hcl-golden', modules['hcl-golden'], { image_id, ...common }),
    ...variableCases(
      'hcl-joined',
      modules['hcl-joined'],
      { image_id, existing_cluster_name, create_capacity_provider },
      ' of existing-cluster',
    ),
    ...variableCases(
      'hcl-in-place',
      modules['hcl-in-place'],
      {
        container_image_digest,
        rollout_pool_renewal,
        rollout_ready_percent,
        warm_pool_time_zone,
        warm_pool_schedule,
        warm_pool_follow_demand,
      },
      ' of in-place',
    ),
    ...variableCases(
      'hcl-spot',
      modules['hcl-spot'],
      {
        instance_types,
        on_demand_base_capacity,
        on_demand_percentage_above_base_capacity,
        spot_allocation_strategy,
        capacity_rebalance,
      },
      ' of spot',
    ),
  ];
  tables['props of prewarm'] = propCases(prewarm, prewarms, prewarmCases(around), folder);
  tables['variables of prewarm'] = variableCases(
    'hcl-prewarm',
    modules['hcl-prewarm'],
    changedPrewarmVariables(around),
  );
  tables.upgrade = (['replace', 'in-place'] as const).map((rollout) => {
    const call = { ...written(shell, `upgraded-${rollout}`, { ...upgraded, rollout }, folder), of: 'before' };
    return { name: 'upgrade', from: '0.1', to: rollout, call };
  });
  changes = await bench.plan(
    Object.fromEntries(
      Object.entries(tables).flatMap(([table, rows]) =>
        rows.flatMap((row, index) =>
          row.call === undefined ? [] : [[`${table} ${index}`, row.call] as const],
        ),
      ),
    ),
  );
}, 1_800_000);

afterAll(() => {
  bench?.close();
  rmSync(folder, { recursive: true, force: true });
});

function changesOf(table: keyof typeof tables, index: number): readonly ResourceChange[] {
  return changes.get(`${table} ${index}`) ?? [];
}

function found(table: keyof typeof tables, rollOut: string): string {
  return changeTable(
    tables[table].map((row, index) => ({
      ...row,
      effect: row.call === undefined ? row.instead : effectOf(changesOf(table, index), rollOut),
    })),
  );
}

it.each([
  ['ai-shell-ecs', 'refresh'],
  ['prewarm', 'for instances to come'],
] as const)('does to each prop and variable of %s what its README says', (module, rollOut) => {
  const readme = join(__dirname, '../../../modules', module, 'README.md');
  for (const table of [`props of ${module}`, `variables of ${module}`] as const) {
    const expected = found(table, rollOut);
    expect(readmeTable(readme, table, expected)).toBe(expected);
  }
});

it('plans nothing where nothing changed but the AMI that AWS recommends', () => {
  expect(unchanged).toEqual([]);
});

it('replaces neither group nor capacity provider nor cluster, but where the name or the cluster is another one', () => {
  const kinds = ['autoscaling_group', 'ecs_capacity_provider', 'ecs_cluster'];
  const replacing = (['props of ai-shell-ecs', 'variables of ai-shell-ecs'] as const).flatMap((table) =>
    tables[table].filter((_, index) =>
      changesOf(table, index).some(({ type, action }) => action === 'replace' && kinds.includes(type)),
    ),
  );
  expect(new Set(replacing.map(({ name }) => name))).toEqual(
    new Set(['name', 'cluster.name', 'capacityProvider.name', 'capacity_provider_name', 'cluster_name']),
  );
});

it('replaces no table, bucket or queue of prewarm, but where deployment, account or Region is another one', () => {
  const kinds = ['dynamodb_table', 's3_bucket', 'sqs_queue', 'kms_key'];
  const replacing = (['props of prewarm', 'variables of prewarm'] as const).flatMap((table) =>
    tables[table].filter((_, index) =>
      changesOf(table, index).some(({ type, action }) => action === 'replace' && kinds.includes(type)),
    ),
  );
  expect(new Set(replacing.map(({ name }) => name))).toEqual(new Set(['deployment', 'accountId', 'region']));
});

it.each([
  ['replace', 0],
  ['in-place', 1],
])(
  'upgrades a deployment of the first version to %s: a revision is added, two rules for DNS go, and nothing that holds data',
  (_, row) => {
    const gone = changesOf('upgrade', row).filter(
      ({ action }) => action === 'replace' || action === 'delete',
    );
    expect(gone.map(({ type }) => type).sort()).toEqual([
      'ecs_task_definition',
      'vpc_security_group_egress_rule',
      'vpc_security_group_egress_rule',
    ]);
  },
);
