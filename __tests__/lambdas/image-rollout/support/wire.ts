/** A driver with its real clients, over HTTP, in front of a group whose hosts do in a turn what the boot program does. */
import { drive, type RolloutProgress } from '../../../../lambdas/image-rollout/drive';
import {
  formatImagesDocument,
  formatWantedDocument,
  type ImageSlots,
  type ImagesDocument,
  parseImagesDocument,
} from '../../../../lambdas/image-rollout/plan/documents';
import { isInWave } from '../../../../lambdas/image-rollout/plan/wave';
import { awsPorts, policyOf } from '../../../../lambdas/image-rollout/rollout-ports';
import { autoScalingApi } from '../../../support/fake-aws/auto-scaling-api';
import { AutoScalingGroup, type Instance, type Machines } from '../../../support/fake-aws/auto-scaling-group';
import { LogStreams, Parameters, Repository, Revisions } from '../../../support/fake-aws/json-services';
import {
  clientsOf,
  GROUP,
  IMAGES,
  LOG_GROUP,
  rolloutSettings,
  WANTED,
} from '../../../support/fake-aws/rolled-out-shell';
import { type FakeAws, startFakeAws } from '../../../support/fake-aws/server';

const POOL = { minSize: 3, maxPrepared: 8 };

export function digestOf(version: number): string {
  return `sha256:${String(version).padStart(64, '0')}`;
}

export function reference(version: number): string {
  return `111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@${digestOf(version)}`;
}

/** A driver died: what it called afterwards never happened. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Where drivers die: once at each call that changes anything, before or after that call. */
export interface Death {
  readonly when: 'before' | 'after';
  /** Calls at which one has died. */
  readonly at: Set<string>;
}

interface CallInput {
  readonly Value?: string;
}
type Call = (args: { readonly input: CallInput }) => Promise<unknown>;
/** The part of every client that its calls go through. */
interface Stack {
  add(
    around: (next: Call, context: { readonly commandName: string }) => Call,
    options: { readonly step: 'initialize' },
  ): void;
}

const CHANGES = /^(Put|Set|Register|Update)/;

export class Wire {
  readonly parameters = new Parameters();
  readonly logs = new LogStreams();
  readonly repository = new Repository(5e9);
  readonly revisions = new Revisions('shell-shell', { shell: reference(1) });
  readonly group: AutoScalingGroup;
  aws!: FakeAws;
  /** Images that a host pulled on its way out of the pool, while tasks waited for it. */
  readonly waitedFor: string[] = [];
  /** Hosts in service without the image of a revision when it was registered: a task of it would have pulled there. */
  readonly uncovered: string[] = [];
  /** Fewest hosts that the pool offered at once since it was filled. */
  leastAsleep = Number.POSITIVE_INFINITY;
  private readonly disks = new Map<string, Set<string>>();
  private readonly booting = new Map<string, { readonly instance: Instance; readonly isWoken: boolean }>();

  constructor() {
    const machines: Machines = {
      launch: (instance) => {
        this.disks.set(instance.id, new Set());
        this.booting.set(instance.id, { instance, isWoken: false });
      },
      wake: (instance) => {
        this.booting.set(instance.id, { instance, isWoken: true });
      },
      sleep: async () => {},
      terminate: async ({ id }) => {
        this.disks.delete(id);
        this.booting.delete(id);
      },
    };
    this.group = new AutoScalingGroup(
      { name: GROUP, hook: 'shell-launch', maxSize: 20, desired: 5, pool: POOL },
      machines,
    );
    this.parameters.put(WANTED, formatWantedDocument({ shell: reference(1) }));
    const first: ImagesDocument = {
      ...{ wanted: 1, phase: 'settled', wave: 0, since: 0, begun: 0, retired: 0 },
      images: { shell: { current: reference(1) } },
    };
    this.parameters.put(IMAGES, formatImagesDocument(first));
    this.revisions.onRegister = ([image = '']) => {
      for (const { id } of this.group.serving)
        if (this.disks.get(id)?.has(image) === false && !this.booting.has(id)) this.uncovered.push(id);
    };
  }

  /** The group as it is when nothing is rolled out. */
  async start(): Promise<void> {
    this.aws = await startFakeAws({
      autoScaling: autoScalingApi(this.group, { pageSize: 2 }),
      json: [this.parameters, this.logs, this.revisions, this.repository].map(({ actions }) => actions),
    });
    this.group.reconcile();
    while (this.asleep < POOL.minSize || this.booting.size > 0) await this.turn();
    this.group.onChange = () => {
      this.leastAsleep = Math.min(this.leastAsleep, this.asleep);
    };
  }

  get document(): ImagesDocument {
    return parseImagesDocument(this.parameters.get(IMAGES)?.value ?? '');
  }

  get slots(): ImageSlots | undefined {
    return this.document.images['shell'];
  }

  get asleep(): number {
    return this.group.pooled.filter(({ lifecycle }) => lifecycle === 'Warmed:Stopped').length;
  }

  want(version: number): void {
    this.parameters.put(WANTED, formatWantedDocument({ shell: reference(version) }));
  }

  /** Hosts, those that sleep as well, that lack an image. */
  lacking(version: number): string[] {
    return [...this.disks].flatMap(([id, disk]) => (disk.has(reference(version)) ? [] : [id]));
  }

  /** One execution of the function. @throws {Killed} where it is to die */
  async drive(death?: Death): Promise<RolloutProgress> {
    return drive(this.ports(death), policyOf(this.settings));
  }

  /** Executions and turns until nothing is left to do. */
  async settle(death?: Death): Promise<RolloutProgress> {
    for (let round = 0; round < 200; round++) {
      const progress = await this.drive(death).catch((error: unknown) => {
        if (error instanceof Killed) return undefined;
        throw error;
      });
      if (progress?.step.kind === 'done') return progress;
      await this.turn();
    }
    throw new Error(`not settled: ${this.parameters.get(IMAGES)?.value}`);
  }

  /** What hosts do meanwhile: those that boot come to an end, those in service follow the document. */
  async turn(): Promise<void> {
    for (const [id, { instance, isWoken }] of [...this.booting]) this.boot(id, instance, isWoken);
    for (const { id, lifecycle } of this.group.serving) if (lifecycle === 'InService') this.follow(id);
    await new Promise((resolve) => setImmediate(resolve));
  }

  readonly settings = rolloutSettings({ platform: 'linux/arm64', pool: POOL, waveBytes: 10_000_000_000 });

  ports(death?: Death) {
    const clients = clientsOf(this.aws.url);
    if (death !== undefined)
      for (const client of Object.values(clients))
        this.makeMortal(client.middlewareStack as unknown as Stack, death);
    return awsPorts(clients, this.settings);
  }

  private makeMortal(stack: Stack, { at, when }: Death): void {
    function mortal(next: Call, commandName: string, progress: (input: CallInput) => string): Call {
      return async (args) => {
        const call = `${commandName} ${progress(args.input)}`;
        if (!CHANGES.test(commandName) || at.has(call)) return next(args);
        at.add(call);
        if (when === 'after') await next(args);
        throw new Killed(call);
      };
    }
    stack.add((next, { commandName }) => mortal(next, commandName, (input) => this.progressOf(input)), {
      step: 'initialize',
    });
  }

  /** Tells one change from another of the same kind: how far the rollout was. */
  private progressOf({ Value = '' }: CallInput): string {
    const retired = this.aws.calls.filter((call) => call === 'SetInstanceHealth').length;
    return [/phase=\w+ wave=\d+/.exec(Value)?.[0], retired, this.group.pool?.minSize].join(' ');
  }

  private boot(id: string, instance: Instance, isWoken: boolean): void {
    this.booting.delete(id);
    const { document } = this;
    const isPool = instance.lifecycle.startsWith('Warmed:');
    const before = new Set(this.disks.get(id));
    const current = this.pull(id, document, ['current']);
    if (Object.keys(current).length > 0) {
      this.group.complete(id, 'ABANDON');
      return;
    }
    const others = isPool
      ? (['next', 'previous'] as const)
      : document.phase === 'switch'
        ? (['next'] as const)
        : [];
    const failed = this.pull(id, document, others);
    if (isWoken)
      for (const image of this.disks.get(id) ?? []) if (!before.has(image)) this.waitedFor.push(image);
    this.report(id, 'prepull', failed);
    this.group.complete(id, 'CONTINUE');
  }

  private follow(id: string): void {
    const { document } = this;
    const isNow = document.phase === 'switch' || isInWave(id, document.wave);
    this.report(
      id,
      'images',
      this.pull(id, document, isNow ? ['current', 'next', 'previous'] : ['current', 'previous']),
    );
  }

  private pull(
    id: string,
    { images }: ImagesDocument,
    slots: readonly (keyof ImageSlots)[],
  ): Record<string, string> {
    const failed: Record<string, string> = {};
    const disk = this.disks.get(id);
    for (const image of slots.flatMap((slot) => images['shell']?.[slot] ?? []))
      if (!this.repository.withdrawn.has(image.split('@')[1] ?? '')) disk?.add(image);
      else if (disk?.has(image) !== true) failed[image] = 'unknown-digest';
    return failed;
  }

  private report(id: string, event: string, failed: Readonly<Record<string, string>>): void {
    this.logs.write(LOG_GROUP, id, {
      event,
      generation: this.parameters.get(IMAGES)?.version,
      stale: false,
      held: [...(this.disks.get(id) ?? [])].join(','),
      failed: Object.entries(failed)
        .map((entry) => entry.join('='))
        .join(','),
    });
  }
}
