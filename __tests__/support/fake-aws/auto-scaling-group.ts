/**
 * An Auto Scaling group with a warm pool, a launch hook, health and instance refreshes: what the documentation says of them, with
 * machines of the test's own. Nothing here waits or has a clock; whatever takes time on AWS takes as long as the machines do.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
 */
import { randomUUID } from 'node:crypto';
import { Fault, invalid } from './fault';

export type PoolState = 'Stopped' | 'Running' | 'Hibernated';
export type Destination = 'InService' | 'Warmed:Stopped' | 'Warmed:Running' | 'Warmed:Hibernated';

export interface Instance {
  readonly id: string;
  lifecycle: string;
  health: 'Healthy' | 'Unhealthy';
  /** Version of the launch template that it was made of. */
  readonly template: number;
  /** The launch hook that the group waits for. */
  action?: { readonly token: string; readonly destination: Destination };
}

/** The group's instances as machines; the group is told by {@link AutoScalingGroup.complete} that one is ready. */
export interface Machines {
  launch(instance: Instance, destination: Destination): void;
  /** One of the pool begins its way into service. */
  wake(instance: Instance): void;
  /** Resolves when it is stopped, or hibernates. */
  sleep(instance: Instance): Promise<void>;
  /** Resolves when it is gone, and what ran on it with it. */
  terminate(instance: Instance): Promise<void>;
  /** Whether a scale-in leaves it, because tasks run on it. @default none is */
  isProtected?(instance: Instance): boolean;
}

export interface Pool {
  readonly minSize: number;
  /** -1: the group's maximum. */
  readonly maxPrepared: number;
  readonly state: PoolState;
  readonly reuse: boolean;
}

export interface Refresh {
  readonly id: string;
  status: 'InProgress' | 'Successful' | 'Cancelled';
  readonly maxHealthyPercent: number;
  /** Instances that it replaces, those of the pool too. */
  readonly targets: ReadonlySet<string>;
}

export interface GroupOptions {
  readonly name: string;
  readonly hook: string;
  readonly maxSize: number;
  readonly desired: number;
  readonly pool?: Partial<Pool>;
  /** Which of several instances the group takes; AWS does not say. @default the one that was there first */
  readonly choose?: (from: readonly Instance[]) => Instance | undefined;
}

const DEFAULT_POOL: Pool = { minSize: 0, maxPrepared: -1, state: 'Stopped', reuse: false };

function isPooled({ lifecycle }: Instance): boolean {
  return lifecycle.startsWith('Warmed:');
}

function isLeaving({ lifecycle }: Instance): boolean {
  return lifecycle.includes('Terminating');
}

export class AutoScalingGroup {
  readonly name: string;
  readonly hook: string;
  readonly maxSize: number;
  readonly instances: Instance[] = [];
  readonly refreshes: Refresh[] = [];
  /** Changes of state in order, as `instance from -> to`. */
  readonly history: string[] = [];
  desired: number;
  pool: Pool | undefined;
  template = 1;
  /** Every change of an instance. */
  onChange: (instance: Instance) => void = () => {};
  private launched = 0;
  private readonly choose: NonNullable<GroupOptions['choose']>;

  constructor(
    { name, hook, maxSize, desired, pool, choose = ([first]) => first }: GroupOptions,
    private readonly machines: Machines,
  ) {
    this.name = name;
    this.hook = hook;
    this.maxSize = maxSize;
    this.desired = desired;
    this.pool = pool && { ...DEFAULT_POOL, ...pool };
    this.choose = choose;
  }

  /** In service or on their way there. */
  get serving(): readonly Instance[] {
    return this.instances.filter((instance) => !isPooled(instance) && !isLeaving(instance));
  }

  get pooled(): readonly Instance[] {
    return this.instances.filter((instance) => isPooled(instance) && !isLeaving(instance));
  }

  /** Launches, wakes and ends what has to be for the group to be as it is configured. */
  reconcile(): void {
    for (const instance of [...this.serving, ...this.pooled])
      if (instance.health === 'Unhealthy') this.end(instance);
    const refresh = this.activeRefresh;
    const surge = refresh === undefined ? 0 : this.refreshServing(refresh);
    while (this.serving.length < this.desired) {
      const drawn = this.choose(this.pooled.filter(({ lifecycle }) => lifecycle === this.restingState));
      if (drawn === undefined) this.launch('InService');
      else this.wake(drawn);
    }
    // A refresh brings new instances, of the new version.
    while (this.serving.length < this.desired + surge) this.launch('InService');
    while (this.serving.length > this.desired + surge) {
      const [gone] = this.serving
        .filter((instance) => this.machines.isProtected?.(instance) !== true)
        .toSorted((left, right) => left.template - right.template);
      if (gone === undefined) break;
      this.end(gone);
    }
    if (refresh !== undefined && surge === 0) this.refreshPool(refresh);
    while (this.pooled.length < this.poolSize) this.launch(`Warmed:${this.pool?.state ?? 'Stopped'}`);
    while (this.pooled.length > this.poolSize) {
      const gone = this.choose(this.pooled);
      if (gone === undefined) break;
      this.end(gone);
    }
  }

  complete(id: string, result: 'CONTINUE' | 'ABANDON', token?: string): void {
    const instance = this.instances.find((candidate) => candidate.id === id);
    const action = instance?.action;
    if (instance === undefined || action === undefined || (token !== undefined && token !== action.token))
      throw invalid(
        `No active Lifecycle Action found with ${token === undefined ? `instance ID ${id}` : `token ${token}`}`,
      );
    delete instance.action;
    if (result === 'ABANDON') {
      this.end(instance);
      this.reconcile();
      return;
    }
    this.become(instance, instance.lifecycle.replace('Wait', 'Proceed'));
    if (action.destination === 'InService' || action.destination === 'Warmed:Running') {
      this.become(instance, action.destination);
      this.reconcile();
      return;
    }
    void this.machines.sleep(instance).then(() => {
      if (isLeaving(instance) || !this.instances.includes(instance)) return;
      this.become(instance, action.destination);
      this.reconcile();
    });
  }

  setHealth(id: string, health: 'Healthy' | 'Unhealthy'): void {
    const instance = this.instances.find((candidate) => candidate.id === id);
    if (instance === undefined)
      throw invalid(`Instance Id not found - No managed instance found for instance ID ${id}`);
    instance.health = health;
    this.reconcile();
  }

  putPool(pool: Pool): void {
    this.refuseDuringRefresh();
    this.pool = pool;
    this.reconcile();
  }

  deletePool(force: boolean): void {
    if (
      !force &&
      this.instances.some((instance) => isPooled(instance) && /Pending|Terminating/.test(instance.lifecycle))
    )
      throw new Fault('ScalingActivityInProgress', 'Scaling activities are in progress for the warm pool.');
    this.pool = undefined;
    this.reconcile();
  }

  startRefresh(settings: {
    readonly template: number;
    readonly maxHealthyPercent: number;
    readonly skipMatching: boolean;
  }): string {
    this.refuseDuringRefresh();
    const id = randomUUID();
    const { maxHealthyPercent, skipMatching, template } = settings;
    this.template = template;
    const replaced = [...this.serving, ...this.pooled].filter(
      (instance) => !skipMatching || instance.template !== template,
    );
    const targets = new Set(replaced.map((instance) => instance.id));
    this.refreshes.unshift({ id, status: 'InProgress', maxHealthyPercent, targets });
    this.reconcile();
    return id;
  }

  cancelRefresh(): string {
    const refresh = this.activeRefresh;
    if (refresh === undefined)
      throw new Fault('ActiveInstanceRefreshNotFound', 'No in progress or pending Instance Refresh found.');
    refresh.status = 'Cancelled';
    this.reconcile();
    return refresh.id;
  }

  get activeRefresh(): Refresh | undefined {
    return this.refreshes.find(({ status }) => status === 'InProgress');
  }

  /** Instances that a refresh has yet to replace. */
  outdated({ targets }: Refresh): readonly Instance[] {
    return [...this.serving, ...this.pooled].filter(({ id }) => targets.has(id));
  }

  private refuseDuringRefresh(): void {
    if (this.activeRefresh !== undefined)
      throw new Fault(
        'InstanceRefreshInProgress',
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
      );
  }

  private get restingState(): string {
    return `Warmed:${this.pool?.state ?? 'Stopped'}`;
  }

  private get poolSize(): number {
    if (this.pool === undefined) return 0;
    const { minSize, maxPrepared } = this.pool;
    return Math.max(minSize, (maxPrepared < 0 ? this.maxSize : maxPrepared) - this.desired);
  }

  /** New ones first, within the greatest share of healthy ones; returns by how many the group is larger meanwhile. */
  private refreshServing(refresh: Refresh): number {
    const old = this.outdated(refresh).filter((instance) => !isPooled(instance));
    if (old.length === 0) return 0;
    const room = Math.max(1, Math.floor((this.desired * (refresh.maxHealthyPercent - 100)) / 100));
    const fresh = this.serving.filter(
      ({ id, lifecycle }) => lifecycle === 'InService' && !refresh.targets.has(id),
    );
    const replaceable = fresh.length + old.length - this.desired;
    for (const instance of old.slice(0, Math.max(0, replaceable))) this.end(instance);
    return Math.min(room, old.length - Math.max(0, replaceable));
  }

  private refreshPool(refresh: Refresh): void {
    const old = this.outdated(refresh);
    const coming = this.pooled.some(({ lifecycle }) => lifecycle.startsWith('Warmed:Pending'));
    const [first] = old;
    if (first === undefined) {
      if (!coming) refresh.status = 'Successful';
    } else if (!coming) this.end(first);
  }

  private launch(destination: Destination): void {
    const instance: Instance = {
      id: `i-${(++this.launched * 2_654_435_761).toString(16).padStart(17, '0')}`,
      lifecycle: 'none',
      health: 'Healthy',
      template: this.template,
    };
    this.instances.push(instance);
    this.await(instance, destination);
    this.machines.launch(instance, destination);
  }

  private wake(instance: Instance): void {
    this.await(instance, 'InService');
    this.machines.wake(instance);
  }

  private await(instance: Instance, destination: Destination): void {
    const pending = destination === 'InService' ? 'Pending' : 'Warmed:Pending';
    this.become(instance, pending);
    instance.action = { token: randomUUID(), destination };
    this.become(instance, `${pending}:Wait`);
  }

  private end(instance: Instance): void {
    if (isLeaving(instance)) return;
    delete instance.action;
    this.become(instance, isPooled(instance) ? 'Warmed:Terminating' : 'Terminating');
    void this.machines.terminate(instance).then(() => {
      this.instances.splice(this.instances.indexOf(instance), 1);
      this.history.push(`${instance.id} ${instance.lifecycle} -> gone`);
      this.reconcile();
    });
  }

  private become(instance: Instance, lifecycle: string): void {
    this.history.push(`${instance.id} ${instance.lifecycle} -> ${lifecycle}`);
    instance.lifecycle = lifecycle;
    this.onChange(instance);
  }
}
