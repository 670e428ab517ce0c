/** A group of simulated hosts with its pool, the parameters and logs that they share, and a registry that gives bytes slowly. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatImagesDocument, formatWantedDocument } from '../../../lambdas/image-rollout/plan/documents';
import { autoScalingApi } from '../../support/fake-aws/auto-scaling-api';
import { AutoScalingGroup, type Destination, type Instance } from '../../support/fake-aws/auto-scaling-group';
import { LogStreams, Parameters, Revisions } from '../../support/fake-aws/json-services';
import { GROUP, IMAGES, LOG_GROUP, WANTED } from '../../support/fake-aws/rolled-out-shell';
import { type FakeAws, startFakeAws } from '../../support/fake-aws/server';
import { until } from '../../support/until';
import type { RegistryFront } from '../support/registry-front';
import type { HostLine } from '../support/rollout-host';
import { SimulatedHost } from './host';

export interface FleetOptions {
  readonly way: 'in-place' | 'replace';
  readonly front: RegistryFront;
  /** By version of the launch template; in place the first is what is current. */
  readonly images: readonly [string, string];
  readonly serving: number;
  readonly pool: number;
}

export class Fleet {
  readonly hosts = new Map<string, SimulatedHost>();
  readonly parameters = new Parameters();
  readonly revisions: Revisions;
  readonly group: AutoScalingGroup;
  aws!: FakeAws;
  /** Shells that were running on hosts when these went. */
  shellsEnded = 0;
  private readonly logs = new LogStreams();
  private readonly folder = mkdtempSync(join(tmpdir(), 'warmpath-fleet-'));
  private readonly creating = new Map<string, Promise<SimulatedHost>>();

  constructor(private readonly options: FleetOptions) {
    const { images, pool, serving } = options;
    this.revisions = new Revisions('shell-shell', { shell: images[0] });
    this.parameters.put(WANTED, formatWantedDocument({ shell: images[0] }));
    this.parameters.put(
      IMAGES,
      formatImagesDocument({
        ...{ wanted: 1, phase: 'settled', wave: 0, since: 0, begun: 0, retired: 0 },
        images: { shell: { current: images[0] } },
      }),
    );
    this.group = new AutoScalingGroup(
      {
        name: GROUP,
        hook: 'shell-launch',
        maxSize: 20,
        desired: serving,
        pool: { minSize: pool, maxPrepared: pool + serving },
        // AWS does not say which; with the newest first, stale ones stay in the pool until somebody renews it.
        choose: (from) => from.at(-1),
      },
      {
        launch: (instance, destination) => void this.launch(instance, destination),
        wake: ({ id }) => this.hosts.get(id)?.boot('InService'),
        sleep: async ({ id }) => this.hosts.get(id)?.sleep(),
        terminate: (instance) => this.terminate(instance),
        isProtected: ({ id }) => (this.hosts.get(id)?.shells ?? 0) > 0,
      },
    );
  }

  /** Resolves when every host is where it is to be, with a shell on each that is in service. */
  async start(): Promise<void> {
    this.aws = await startFakeAws({
      autoScaling: autoScalingApi(this.group, { pageSize: 2 }),
      json: [this.parameters.actions, this.logs.actions, this.revisions.actions],
    });
    this.group.reconcile();
    await until(() => this.registered.length === this.options.serving && this.asleep === this.options.pool);
    for (const host of this.registered) await host.run(this.options.images[0], true);
  }

  async stop(): Promise<void> {
    this.group.onChange = () => {};
    await Promise.all([...this.creating.values()].map(async (host) => (await host).terminate()));
    await this.aws.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Hosts that take tasks: ECS places none on one that drains. */
  get registered(): readonly SimulatedHost[] {
    return this.group.serving.flatMap(({ id }) => {
      const host = this.hosts.get(id);
      return host?.isRegistered === true ? [host] : [];
    });
  }

  get asleep(): number {
    return this.group.pooled.filter(({ lifecycle }) => lifecycle === 'Warmed:Stopped').length;
  }

  /** Lines of the log that the alarm `held-by-pull` counts: hosts that pulled on their way into service. */
  get heldByPull(): number {
    return this.logs
      .lines(LOG_GROUP)
      .map(({ message }): HostLine & { readonly target: string } => JSON.parse(message))
      .filter(({ attempts, event, target }) => event === 'prepull' && target === 'InService' && attempts > 0)
      .length;
  }

  private async launch(instance: Instance, destination: Destination): Promise<void> {
    const { front, images, way } = this.options;
    const { id, template } = instance;
    const creating = SimulatedHost.create(id, join(this.folder, id), {
      ASG_NAME: GROUP,
      LOG_GROUP,
      ECR_REGISTRY: front.host,
      AUTOSCALING_ENDPOINT: this.aws.url,
      LOGS_ENDPOINT: this.aws.url,
      SSM_ENDPOINT: this.aws.url,
      WATCH_SECONDS: 2,
      DOCUMENT_SECONDS: 4,
      ...(way === 'in-place'
        ? { IMAGES_PARAMETER: IMAGES }
        : { IMAGES: images[template - 1] ?? '', IMAGES_PARAMETER: '' }),
    });
    this.creating.set(id, creating);
    const host = await creating;
    this.hosts.set(id, host);
    host.boot(destination);
  }

  private async terminate({ id }: Instance): Promise<void> {
    const host = await this.creating.get(id);
    this.shellsEnded += host?.shells ?? 0;
    await host?.terminate();
    this.hosts.delete(id);
    this.creating.delete(id);
  }
}
