/**
 * Plans many changes of an applied module at once: one state holds the applied resources under the name of each case, and one
 * plan compares each with its changed configuration. A plan costs seconds, however many cases it holds; nothing is refreshed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProviderMirror } from '../../../scripts/build/terraform-cli';

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

interface StateFile {
  readonly resources: readonly (Readonly<Record<string, unknown>> & { readonly module?: string })[];
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
const RESOURCES_PER_PLAN = 2_500;

export class ChangeBench {
  private readonly home = mkdtempSync(join(tmpdir(), 'warmpath-changes-'));
  private state: StateFile = { resources: [] };

  constructor() {
    const mirror = findProviderMirror();
    const installation =
      mirror === undefined ? '' : `provider_installation { filesystem_mirror { path = "${mirror}" } }\n`;
    writeFileSync(join(this.home, 'terraform.rc'), `disable_checkpoint = true\n${installation}`);
  }

  /** Applies the modules, each under its name, in one state. */
  async apply(modules: Readonly<Record<string, ModuleCall>>): Promise<void> {
    const root = this.root('applied', modules);
    await this.terraform(root, 'init', '-input=false');
    await this.terraform(root, 'apply', '-auto-approve', '-input=false', '-parallelism=40');
    this.state = JSON.parse(readFileSync(join(root, 'terraform.tfstate'), 'utf8'));
  }

  /** What would become of the applied module `of` under each changed call. */
  async plan(
    cases: Readonly<Record<string, ModuleCall & { readonly of: string }>>,
  ): Promise<ReadonlyMap<string, readonly ResourceChange[]>> {
    const changes = new Map<string, readonly ResourceChange[]>();
    for (const batch of this.batches(Object.entries(cases)))
      for (const [id, found] of await this.planBatch(changes.size, Object.fromEntries(batch)))
        changes.set(id, found);
    return changes;
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private applied(name: string): StateFile['resources'] {
    return this.state.resources.filter(({ module }) => module === `module.${name}`);
  }

  private batches<Case extends { readonly of: string }>(cases: readonly (readonly [string, Case])[]) {
    const batches: (readonly [string, Case])[][] = [];
    let size = Number.POSITIVE_INFINITY;
    for (const entry of cases) {
      size += this.applied(entry[1].of).length;
      if (size > RESOURCES_PER_PLAN) {
        batches.push([]);
        size = this.applied(entry[1].of).length;
      }
      batches.at(-1)?.push(entry);
    }
    return batches;
  }

  private async planBatch(
    number: number,
    cases: Readonly<Record<string, ModuleCall & { readonly of: string }>>,
  ): Promise<ReadonlyMap<string, readonly ResourceChange[]>> {
    const ids = Object.keys(cases);
    const calls = Object.entries(cases).map(([, call], index) => [`case-${index}`, call] as const);
    const root = this.root(`plan-${number}`, Object.fromEntries(calls));
    const resources = calls.flatMap(([name, { of }]) =>
      // What depends on what matters at destruction only, and names the module it was applied under.
      this.applied(of).map((resource) => ({ ...resource, module: `module.${name}` })),
    );
    writeFileSync(
      join(root, 'terraform.tfstate'),
      JSON.stringify({ ...this.state, resources: resources.map(withoutDependencies) }),
    );
    await this.terraform(root, 'init', '-input=false');
    await this.terraform(root, 'plan', '-refresh=false', '-input=false', '-out=plan', '-parallelism=40');
    const shown: { resource_changes?: readonly PlannedResource[] } = JSON.parse(
      await this.terraform(root, 'show', '-json', 'plan'),
    );
    const found = new Map<string, ResourceChange[]>(ids.map((id) => [id, []]));
    for (const planned of shown.resource_changes ?? []) {
      const [, index = ''] = /^module\.case-(\d+)$/.exec(planned.module_address ?? '') ?? [];
      const change = changeOf(planned);
      if (change !== undefined) found.get(ids[Number(index)] ?? '')?.push(change);
    }
    rmSync(root, { recursive: true, force: true });
    return found;
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

  private terraform(cwd: string, ...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('terraform', args.includes('-json') ? args : [...args, '-no-color'], {
        cwd,
        env: {
          ...process.env,
          HOME: this.home,
          TF_CLI_CONFIG_FILE: join(this.home, 'terraform.rc'),
          TF_IN_AUTOMATION: '1',
          CHECKPOINT_DISABLE: '1',
        },
      });
      const output: Buffer[] = [];
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
      });
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0
          ? resolve(Buffer.concat(output).toString())
          : reject(new Error(`terraform ${args[0]}: ${errors.slice(0, 8_000)}`)),
      );
    });
  }
}

function withoutDependencies(resource: Readonly<Record<string, unknown>>): object {
  const instances = resource['instances'];
  if (!Array.isArray(instances)) return resource;
  return { ...resource, instances: instances.map(({ dependencies: _dropped, ...instance }) => instance) };
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
