/** A group, its pool, hosts with disks, revisions and tasks in memory: what a rollout meets, one event at a time. */
import {
  formatImagesDocument,
  type ImageSlots,
  type ImagesDocument,
  parseImagesDocument,
  type Reference,
  type Versioned,
  type WantedImages,
} from '../../../../lambdas/image-rollout/plan/documents';
import { nextStep } from '../../../../lambdas/image-rollout/plan/next-step';
import {
  DEFAULT_POLICY,
  type Host,
  type HostPlace,
  type Revision,
  type RolloutPolicy,
  type RolloutState,
  type Step,
} from '../../../../lambdas/image-rollout/plan/state';
import { isInWave } from '../../../../lambdas/image-rollout/plan/wave';
import type { PoolSizes } from '../../../../lambdas/warm-pool/plan/pool-plan';

export function reference(name: string, version: number): Reference {
  return `registry.example/${name}@sha256:${String(version).padStart(64, '0')}`;
}

export function imagesOf(version: number): WantedImages {
  return { shell: reference('shell', version), proxy: reference('proxy', version) };
}

interface WorldHost {
  readonly id: string;
  place: HostPlace;
  readonly disk: Set<Reference>;
  /** The document that it read when it booted: its gate goes by that one. */
  seen: Versioned<ImagesDocument>;
  /** What lay on its disk when it left the pool; `undefined` where tasks do not wait for it. */
  leftWith?: ReadonlySet<Reference>;
  report: { held: readonly Reference[]; generation: number; failed: Record<Reference, string> };
}

const POOL_SIZE = 2;
const NORMAL: PoolSizes = { minSize: POOL_SIZE, maxPrepared: POOL_SIZE };

function slotOf({ images }: ImagesDocument, slot: keyof ImageSlots): WantedImages {
  return Object.fromEntries(
    Object.entries(images).flatMap(([name, slots]) => {
      const image = slots[slot];
      return image === undefined ? [] : [[name, image]];
    }),
  );
}

export class World {
  readonly hosts: WorldHost[] = [];
  /** Images that hosts pulled on their way out of the pool, while tasks waited for them. */
  readonly waitedFor: Reference[] = [];
  readonly withdrawn = new Set<Reference>();
  readonly registrations: { readonly images: WantedImages; readonly lacking: readonly string[] }[] = [];
  readonly steps: Step[] = [];
  nowSeconds = 1_000_000;
  wanted: Versioned<WantedImages> = { generation: 1, document: imagesOf(1) };
  images: Versioned<ImagesDocument>;
  revision: Revision = { number: 1, images: imagesOf(1) };
  serviceRevision = 1;
  poolNow: PoolSizes = NORMAL;
  private launched = 0;

  constructor(
    serving = 4,
    private readonly policy: RolloutPolicy = DEFAULT_POLICY,
  ) {
    this.images = {
      generation: 1,
      document: {
        ...{ wanted: 1, phase: 'settled', wave: 0, since: 0, begun: 0, retired: 0 },
        images: Object.fromEntries(Object.entries(imagesOf(1)).map(([name, current]) => [name, { current }])),
      },
    };
    for (let count = 0; count < serving; count++) this.arrive(this.launch('launching'));
    for (let count = 0; count < POOL_SIZE; count++) this.arrive(this.launch('pool-launching'));
  }

  state(): RolloutState {
    const all = [...Object.values(this.wanted.document), ...Object.values(this.named())];
    return {
      nowSeconds: this.nowSeconds,
      wanted: this.wanted,
      images: this.images,
      hosts: this.hosts.map(({ id, place, report }): Host => ({ id, place, ...report })),
      revision: this.revision,
      serviceRevision: this.serviceRevision,
      checks: Object.fromEntries(
        all.map((image) => [
          image,
          this.withdrawn.has(image)
            ? { kind: 'refused', reason: 'digest-missing' }
            : { kind: 'ok', sizeBytes: 10e9 },
        ]),
      ),
      pool: { now: this.poolNow, normal: NORMAL, by: 'configured' },
    };
  }

  /** One pass of a driver. `killed`: it dies after the first of two writes, or before the only one. */
  drive(killed = false, state = this.state()): Step {
    const step = nextStep(state, this.policy);
    this.steps.push(step);
    // What was read has changed: another driver or a caller was faster.
    if (
      state.images.generation !== this.images.generation ||
      state.wanted.generation !== this.wanted.generation
    )
      return step;
    switch (step.kind) {
      case 'publish':
        if (!killed) this.write(step.document);
        break;
      case 'size-pool':
        if (!killed) this.poolNow = step.sizes;
        break;
      case 'retire':
        this.write(step.document);
        if (!killed) for (const id of step.ids) this.endAsleep(id);
        break;
      case 'register':
        if (!killed) this.register(step.images);
        break;
      case 'serve':
        this.serviceRevision = step.revision;
        if (!killed) this.write(step.document);
        break;
    }
    return step;
  }

  want(version: number): void {
    this.wanted = { generation: this.wanted.generation + 1, document: imagesOf(version) };
  }

  /** Terraform registers what the live document says. */
  apply(): void {
    this.revision = { number: this.revision.number + 1, images: this.slot('current') };
  }

  launch(place: 'launching' | 'pool-launching'): WorldHost {
    const id = `i-${(++this.launched * 2_654_435_761).toString(16).padStart(17, '0')}`;
    const host: WorldHost = {
      id,
      place,
      disk: new Set(),
      seen: this.images,
      report: { held: [], generation: 0, failed: {} },
    };
    this.hosts.push(host);
    return host;
  }

  /** The gate of a host that booted: holds back for what it must, then lets it in. One whose current image cannot be had is abandoned. */
  arrive(host: WorldHost): void {
    const { document } = host.seen;
    const isPool = host.place === 'pool-launching';
    const holdsBackForNext = isPool || document.phase === 'switch';
    const failed = this.pull(host, slotOf(document, 'current'));
    const abandoned = Object.keys(failed).length > 0;
    if (holdsBackForNext) Object.assign(failed, this.pull(host, slotOf(document, 'next')));
    for (const image of host.disk)
      if (host.leftWith !== undefined && !host.leftWith.has(image)) this.waitedFor.push(image);
    if (isPool) this.pull(host, slotOf(document, 'previous'));
    host.report = { held: [...host.disk], generation: host.seen.generation, failed };
    if (abandoned) this.remove(host);
    else host.place = isPool ? 'pool-asleep' : 'in-service';
  }

  /** A host leaves the pool; tasks wait for it, and so for whatever it pulls behind its gate. */
  scaleOut(host: WorldHost): void {
    host.place = 'launching';
    host.seen = this.images;
    host.leftWith = new Set(host.disk);
  }

  /** The watch unit of a host in service: pulls what its wave says, removes what nobody names. */
  poll(host: WorldHost): void {
    const { document } = this.images;
    const wanted = [this.slot('current'), this.slot('previous')];
    if (document.phase === 'switch' || isInWave(host.id, document.wave)) wanted.push(this.slot('next'));
    const failed: Record<Reference, string> = {};
    for (const images of wanted) Object.assign(failed, this.pull(host, images));
    const named = new Set(Object.values(this.named()));
    for (const image of host.disk) if (!named.has(image)) host.disk.delete(image);
    host.report = { held: [...host.disk], generation: this.images.generation, failed };
  }

  /** Hosts on which a task of the newest revision would pull, now or once they have left the gate that they are in. */
  uncovered(): string[] {
    const images = Object.values(this.revision.images);
    const bare = this.hosts.filter(({ disk, place, seen: { document } }) => {
      if (place !== 'in-service' && place !== 'launching') return false;
      const gate = [
        ...Object.values(slotOf(document, 'current')),
        ...(document.phase === 'switch' ? Object.values(slotOf(document, 'next')) : []),
      ];
      return images.some((image) => !disk.has(image) && !(place === 'launching' && gate.includes(image)));
    });
    return bare.map(({ id }) => id);
  }

  /** Launches what group and pool lack. */
  refill(): void {
    const pool = this.hosts.filter(({ place }) => place.startsWith('pool-')).length;
    for (let count = pool; count < this.poolNow.minSize; count++) this.launch('pool-launching');
  }

  at(place: HostPlace): WorldHost[] {
    return this.hosts.filter((host) => host.place === place);
  }

  remove(host: WorldHost): void {
    this.hosts.splice(this.hosts.indexOf(host), 1);
  }

  /** Lets everything go on until the driver has nothing left to do. */
  settle(): void {
    for (let round = 0; round < 400; round++) {
      const step = this.drive();
      this.refill();
      for (const place of ['launching', 'pool-launching'] as const)
        for (const host of this.at(place)) this.arrive(host);
      for (const host of this.at('in-service')) this.poll(host);
      this.nowSeconds += 60;
      if (step.kind === 'done') return;
    }
    throw new Error(`not settled: ${JSON.stringify(this.steps.at(-1))}`);
  }

  slot(slot: keyof ImageSlots): WantedImages {
    return slotOf(this.images.document, slot);
  }

  private named(): Readonly<Record<string, Reference>> {
    const slots = (['current', 'next', 'previous'] as const).map((slot) =>
      Object.entries(this.slot(slot)).map(([name, image]) => [`${name}.${slot}`, image] as const),
    );
    return Object.fromEntries(slots.flat());
  }

  private pull(host: WorldHost, images: WantedImages): Record<Reference, string> {
    const failed: Record<Reference, string> = {};
    for (const image of Object.values(images)) {
      if (!this.withdrawn.has(image)) host.disk.add(image);
      else if (!host.disk.has(image)) failed[image] = 'unknown-digest';
    }
    return failed;
  }

  private write(document: ImagesDocument): void {
    // Through its text, as hosts and the next pass read it.
    this.images = {
      generation: this.images.generation + 1,
      document: parseImagesDocument(formatImagesDocument(document)),
    };
  }

  private register(images: WantedImages): void {
    this.revision = { number: this.revision.number + 1, images };
    this.registrations.push({ images, lacking: this.uncovered() });
  }

  private endAsleep(id: string): void {
    const host = this.hosts.find((candidate) => candidate.id === id);
    if (host?.place === 'pool-asleep') this.remove(host);
  }
}
