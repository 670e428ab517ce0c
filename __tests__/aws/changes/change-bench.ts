/**
 * Plans many changes of applied modules at once: one state holds, under the name of each case, the applied resources that its
 * change can reach, and one plan compares them with the changed configuration. Nothing is refreshed.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformCliConfig } from '../../../scripts/build/terraform-cli';
import { configurationOf } from '../../support/written-module';
import { runTerraform } from '../support/terraform-process';
import { reachOf } from './reach';

/** A call of a written module: where it lies, and the arguments. */
export interface ModuleCall {
  readonly folder: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** One resource that a plan would touch. */
export interface ResourceChange {
  /** Type without `aws_`. */
  readonly type: string;
  /** Type and name within the module. */
  readonly address: string;
  readonly action: 'create' | 'update' | 'delete' | 'replace';
  /** Attributes that differ or become known only after the apply. */
  readonly attributes: readonly string[];
}

/** A changed call of an applied module. */
export interface ChangedCall extends ModuleCall {
  /** The name under which the module was applied. */
  readonly of: string;
}

interface StateResource {
  readonly module?: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly instances: readonly Readonly<Record<string, unknown>>[];
}

interface StateFile {
  readonly resources: readonly StateResource[];
}

interface PlannedResource {
  readonly address: string;
  readonly module_address?: string;
  readonly mode: string;
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown: Readonly<Record<string, unknown>> | boolean;
  };
}

/** The provider retries 25 times by itself: what the emulator lacks would look like a hang. */
const PROVIDER = { aws: [{ region: 'eu-central-1', max_retries: 2 }] };
const PARALLEL = 100;
/** What Terraform does with its graph grows by the square of it. */
const CASES_PER_PLAN = 35;

export class ChangeBench {
  private readonly home = mkdtempSync(join(tmpdir(), 'warmpath-changes-'));
  private readonly applied: string;
  private state: StateFile = { resources: [] };

  /** @param modules that are applied, each under its name, in one state */
  constructor(private readonly modules: Readonly<Record<string, ModuleCall>>) {
    writeFileSync(join(this.home, 'terraform.rc'), terraformCliConfig());
    this.applied = this.root('applied', modules);
  }

  async apply(): Promise<void> {
    await this.terraform(this.applied, 'init', '-input=false');
    await this.terraform(this.applied, 'apply', '-auto-approve', '-input=false', `-parallelism=${PARALLEL}`);
    this.state = JSON.parse(readFileSync(join(this.applied, 'terraform.tfstate'), 'utf8'));
  }

  /** What would become of the applied modules under each changed call. */
  async plan(
    cases: Readonly<Record<string, ChangedCall>>,
  ): Promise<ReadonlyMap<string, readonly ResourceChange[]>> {
    const found = new Map<string, ResourceChange[]>(Object.keys(cases).map((id) => [id, []]));
    const entries = Object.entries(cases);
    for (let start = 0; start < entries.length; start += CASES_PER_PLAN) {
      const ids = entries.slice(start, start + CASES_PER_PLAN).map(([id]) => id);
      for (const planned of await this.planCases(
        `planned-${start}`,
        entries.slice(start, start + CASES_PER_PLAN),
      )) {
        const [, index = ''] = /^module\.planned-\d+-(\d+)$/.exec(planned.module_address ?? '') ?? [];
        const change = changeOf(planned);
        if (change !== undefined) found.get(ids[Number(index)] ?? '')?.push(change);
      }
    }
    return found;
  }

  private async planCases(name: string, cases: readonly (readonly [string, ChangedCall])[]) {
    const sliced = cases.map(([, call], index) => this.slice(`${name}-${index}`, call));
    const root = this.root(
      name,
      Object.fromEntries(sliced.map(({ call }, index) => [`${name}-${index}`, call])),
    );
    const resources = sliced.flatMap((slice) => slice.resources);
    writeFileSync(join(root, 'terraform.tfstate'), JSON.stringify({ ...this.state, resources }));
    await this.terraform(root, 'init', '-input=false');
    return this.planned(root);
  }

  /** What would become of the applied modules as they are, whole: nothing, or a slice would not be the whole of a change. */
  async planUnchanged(): Promise<readonly ResourceChange[]> {
    return (await this.planned(this.applied)).flatMap((planned) => changeOf(planned) ?? []);
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private async planned(root: string): Promise<readonly PlannedResource[]> {
    const parallel = `-parallelism=${PARALLEL}`;
    await this.terraform(root, 'plan', '-refresh=false', '-input=false', '-out=plan', parallel);
    const shown: { resource_changes?: readonly PlannedResource[] } = JSON.parse(
      await this.terraform(root, 'show', '-json', 'plan'),
    );
    return shown.resource_changes ?? [];
  }

  /** A module with what a change can reach, and the state of that. */
  private slice(name: string, { of, folder, arguments: given = {} }: ChangedCall) {
    const base = this.modules[of];
    if (base === undefined) throw new Error(`no module was applied as ${of}`);
    const before = base.arguments ?? {};
    const changed = [...new Set([...Object.keys(given), ...Object.keys(before)])].filter(
      (key) => JSON.stringify(given[key]) !== JSON.stringify(before[key]),
    );
    const there = this.state.resources.filter(({ module }) => module === `module.${of}`);
    const reach = reachOf(configurationOf(base.folder), configurationOf(folder), changed, (address) =>
      stateOf(there.find((resource) => addressOf(resource) === address)),
    );
    const target = join(this.home, name);
    mkdirSync(target);
    writeFileSync(join(target, 'main.tf.json'), JSON.stringify(reach.configuration));
    if (existsSync(join(folder, 'assets'))) symlinkSync(join(folder, 'assets'), join(target, 'assets'));
    const resources = there
      .filter((resource) => reach.addresses.has(addressOf(resource)))
      .map((resource) => withoutDependencies({ ...resource, module: `module.${name}` }));
    const kept = Object.entries(given).filter(([key]) => reach.variables.has(key));
    return { call: { folder: target, arguments: Object.fromEntries(kept) }, resources };
  }

  private root(name: string, modules: Readonly<Record<string, ModuleCall>>): string {
    const folder = join(this.home, name);
    mkdirSync(folder);
    const module = Object.fromEntries(
      Object.entries(modules).map(([key, call]) => [key, { source: call.folder, ...call.arguments }]),
    );
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ provider: PROVIDER, module }));
    return folder;
  }

  private async terraform(cwd: string, ...args: string[]): Promise<string> {
    const { code, output, errors } = await runTerraform({ cwd, home: this.home }, args);
    if (code === 0) return output;
    throw new Error(`terraform ${args[0]}: ${errors.slice(0, 8_000)}`);
  }
}

function addressOf({ mode, type, name }: StateResource): string {
  return `${mode === 'data' ? 'data.' : ''}${type}.${name}`;
}

/** The attributes, as a list where the resource has a count: none where the count is 0. */
function stateOf(resource: StateResource | undefined): unknown {
  const instances = resource?.instances ?? [];
  const isCounted = instances.length !== 1 || instances[0]?.['index_key'] !== undefined;
  const attributes = instances.map((instance) => instance['attributes']);
  return isCounted ? attributes : attributes[0];
}

/** What depends on what matters at destruction only, and names the module it was applied under. */
function withoutDependencies(resource: StateResource): StateResource {
  const instances = resource.instances.map(({ dependencies: _dropped, ...instance }) => instance);
  return { ...resource, instances };
}

function changeOf({ address, module_address, mode, type, change }: PlannedResource) {
  const action = actionOf(change.actions);
  if (mode !== 'managed' || action === undefined) return undefined;
  const unknown = typeof change.after_unknown === 'object' ? change.after_unknown : {};
  const keys = [...new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})])];
  const attributes = [...keys, ...Object.keys(unknown).filter((key) => !keys.includes(key))].filter(
    (key) =>
      holdsUnknown(unknown[key]) ||
      JSON.stringify(change.before?.[key] ?? null) !== JSON.stringify(change.after?.[key] ?? null),
  );
  const told = attributes.filter(
    (key) => !COMPUTED.includes(`${type}.${key}`) && !(key in REFINED && isEqualWhereKnown(change, key)),
  );
  if (action === 'update' && told.length === 0) return undefined;
  return {
    type: type.replace(/^aws_/, ''),
    address: address.slice((module_address ?? '').length + 1),
    action,
    attributes: told,
  };
}

/** Attributes that say nothing: computed anew at every update, or the folder that each case has of its own. */
const COMPUTED = [
  'aws_lambda_function.filename',
  'aws_lambda_function.last_modified',
  'aws_s3_object.source',
];
/** Blocks of which only a part is computed. */
const REFINED: Readonly<Record<string, true>> = {
  capacity_reservation_specification: true,
  instance_refresh: true,
};

function isEqualWhereKnown(
  { before, after, after_unknown }: PlannedResource['change'],
  key: string,
): boolean {
  const unknown = typeof after_unknown === 'object' ? after_unknown[key] : undefined;
  return JSON.stringify(knownOf(before?.[key], unknown)) === JSON.stringify(knownOf(after?.[key], unknown));
}

function knownOf(value: unknown, unknown: unknown): unknown {
  if (unknown === true) return null;
  if (Array.isArray(value)) return value.map((item, index) => knownOf(item, at(unknown, index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, knownOf(item, at(unknown, name))]),
  );
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function holdsUnknown(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsUnknown);
  return value === true;
}

function actionOf(actions: readonly string[]): ResourceChange['action'] | undefined {
  if (actions.length === 2) return 'replace';
  const [action] = actions;
  return action === 'create' || action === 'update' || action === 'delete' ? action : undefined;
}
