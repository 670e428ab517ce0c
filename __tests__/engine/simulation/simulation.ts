/** A new image comes while tasks are placed: what they wait for, in place and by an instance refresh. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StartInstanceRefreshCommand } from '@aws-sdk/client-auto-scaling';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { drive } from '../../../lambdas/image-rollout/drive';
import { formatWantedDocument } from '../../../lambdas/image-rollout/plan/documents';
import { awsPorts, policyOf } from '../../../lambdas/image-rollout/rollout-ports';
import { clientsOf, GROUP, rolloutSettings, WANTED } from '../../support/fake-aws/rolled-out-shell';
import { until } from '../../support/until';
import { Fleet, type FleetOptions } from './fleet';

export interface SimulationOptions extends FleetOptions {
  /** Between two tasks. */
  readonly everySeconds: number;
  /** Every how many tasks at most one finds all hosts full, so that another host is asked for. */
  readonly scaleOutEvery: number;
  /** Tasks before the rollout, and after its end. */
  readonly around: number;
  readonly say?: (line: string) => void;
}

export interface SimulatedTask {
  readonly moment: 'before' | 'during' | 'after';
  /** It waited for a host that was asked for because of it. */
  readonly isScaleOut: boolean;
  /** Its host pulled after its placement. */
  readonly isPulled: boolean;
  /** It waited for a host that its own boot program held back for a pull. */
  readonly isHeldBack: boolean;
  /** Bytes of an image were on their way to some host when it was placed. */
  readonly isBesidePull: boolean;
  /** From its placement to a container that runs. */
  readonly startMillis: number;
}

export interface SimulationResult {
  readonly tasks: readonly SimulatedTask[];
  readonly rolloutSeconds: number;
  readonly launches: number;
  /** Of the rollout: what the alarm `held-by-pull` counts, hosts that nobody waited for among them. */
  readonly heldByPull: number;
  readonly shellsEnded: number;
  /** Hosts, those that sleep as well, that are of before the rollout. */
  readonly hostsKept: number;
  readonly finalImage: string;
}

class Simulation {
  private readonly tasks: SimulatedTask[] = [];
  private readonly placed: Promise<void>[] = [];
  private moment: SimulatedTask['moment'] = 'before';
  private turn = 0;
  private sinceScaleOut = 0;

  constructor(
    private readonly fleet: Fleet,
    private readonly options: SimulationOptions,
  ) {}

  /** One task after another until the condition holds. */
  async place(moment: SimulatedTask['moment'], isOver: (count: number) => boolean): Promise<void> {
    this.moment = moment;
    for (let count = 0; !isOver(count); count++) {
      this.turn += 1;
      this.sinceScaleOut += 1;
      // A pool that is empty because its hosts are on their way says nothing of the rollout.
      const isScaleOut = this.sinceScaleOut >= this.options.scaleOutEvery && this.fleet.asleep > 0;
      if (isScaleOut) this.sinceScaleOut = 0;
      const placed = isScaleOut ? this.scaleOut() : this.task();
      // A failure is told at the end, with all others.
      placed.catch(() => {});
      this.placed.push(placed);
      await sleep(this.options.everySeconds * 1000);
    }
  }

  async finished(): Promise<readonly SimulatedTask[]> {
    await Promise.all(this.placed);
    return this.tasks;
  }

  private get image(): string {
    return this.fleet.revisions.latest.containerDefinitions[0]?.image ?? '';
  }

  private async task(): Promise<void> {
    const hosts = this.fleet.registered;
    const host = hosts[this.turn % hosts.length];
    if (host === undefined) throw new Error('no host takes tasks');
    const { moment } = this;
    const isBesidePull = this.options.front.flowing > 0;
    const start = await host.run(this.image);
    this.tasks.push({ ...start, moment, isScaleOut: false, isHeldBack: false, isBesidePull });
  }

  /** All hosts are full: the group grows by one, the task starts there, and the group shrinks again. */
  private async scaleOut(): Promise<void> {
    const { group, registered } = this.fleet;
    const { moment } = this;
    const isBesidePull = this.options.front.flowing > 0;
    const started = performance.now();
    const before = new Set(registered.map(({ id }) => id));
    group.desired += 1;
    group.reconcile();
    await until(() => this.fleet.registered.some(({ id }) => !before.has(id)));
    const host = this.fleet.registered.find(({ id }) => !before.has(id));
    if (host === undefined) throw new Error('the host of a scale-out is gone');
    // Of its way into service: what it pulled in the pool nobody waited for.
    const isHeldBack = (host.booted?.attempts ?? 0) > 0;
    const { isPulled } = await host.run(this.image);
    this.tasks.push({
      ...{ moment, isScaleOut: true, isPulled, isHeldBack, isBesidePull },
      startMillis: performance.now() - started,
    });
    group.desired -= 1;
    group.reconcile();
  }
}

/** What is wanted is written, and the driver called until nothing is left to do. */
async function rollInPlace({ aws }: Fleet, { images, pool, say = () => {}, serving }: SimulationOptions) {
  const settings = rolloutSettings({
    platform: 'linux/amd64',
    pool: { minSize: pool, maxPrepared: pool + serving },
    waveBytes: 20_000_000_000,
  });
  const clients = clientsOf(aws.url);
  const wanted = { Name: WANTED, Value: formatWantedDocument({ shell: images[1] }), Overwrite: true };
  await clients.ssm.send(new PutParameterCommand(wanted));
  for (;;) {
    const { document, done, step } = await drive(awsPorts(clients, settings), policyOf(settings));
    for (const line of done) say(line);
    if (document.phase === 'stopped') throw new Error(`the rollout stopped: ${document.reason}`);
    if (step.kind === 'done') return;
    await sleep(1_000);
  }
}

/** What an apply does where images replace hosts: a revision and a launch template of the new image, and a refresh. */
async function rollByRefresh({ aws, group }: Fleet, { images }: SimulationOptions): Promise<void> {
  const { autoScaling, ecs } = clientsOf(aws.url);
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'shell-shell',
      containerDefinitions: [{ name: 'shell', image: images[1] }],
    }),
  );
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: GROUP,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-0a1b2c3d', Version: '2' } },
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 110,
        ScaleInProtectedInstances: 'Refresh',
        SkipMatching: true,
      },
    }),
  );
  await until(() => group.activeRefresh === undefined);
}

/** Rolls the second image out over a fleet that runs the first, while tasks are placed. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { around, say = () => {}, way } = options;
  const fleet = new Fleet(options);
  try {
    await fleet.start();
    say(`${way}: ${options.serving} hosts in service, ${options.pool} in the pool`);
    const simulation = new Simulation(fleet, options);
    await simulation.place('before', (count) => count >= around);
    const firstHosts = new Set(fleet.hosts.keys());
    const launched = fleet.group.history.length;
    const heldBefore = fleet.heldByPull;
    const started = performance.now();
    let isOver = false;
    const rolling = (way === 'in-place' ? rollInPlace : rollByRefresh)(fleet, options).finally(() => {
      isOver = true;
    });
    await Promise.all([rolling, simulation.place('during', () => isOver)]);
    const rolloutSeconds = (performance.now() - started) / 1000;
    await simulation.place('after', (count) => count >= around);
    const tasks = await simulation.finished();
    return {
      tasks,
      rolloutSeconds,
      launches: fleet.group.history.slice(launched).filter((line) => line.includes(' none -> ')).length,
      heldByPull: fleet.heldByPull - heldBefore,
      shellsEnded: fleet.shellsEnded,
      hostsKept: [...fleet.hosts.keys()].filter((id) => firstHosts.has(id)).length,
      finalImage: fleet.revisions.latest.containerDefinitions[0]?.image ?? '',
    };
  } finally {
    await fleet.stop();
  }
}
