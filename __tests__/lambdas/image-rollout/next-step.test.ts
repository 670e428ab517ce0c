import { DEFAULT_POLICY } from '../../../lambdas/image-rollout/plan/state';
import { imagesOf, reference, World } from './support/world';

/** Drives and lets hosts pull until the driver's step is of this kind; that one is not done. */
function driveUntil(world: World, isThere: () => boolean): void {
  for (let round = 0; round < 200 && !isThere(); round++) {
    world.drive();
    world.refill();
    for (const host of world.at('pool-launching')) world.arrive(host);
    for (const host of world.at('in-service')) world.poll(host);
    world.nowSeconds += 60;
  }
  expect(isThere()).toBe(true);
}

function phase(world: World): string {
  return world.images.document.phase;
}

describe('the steps of a rollout', () => {
  it('go from hosts over the pool and the launches to the revision, the document and the service', () => {
    const world = new World();
    world.want(2);
    world.settle();
    const kinds = world.steps.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'wait')).toEqual([
      ...['publish', 'publish', 'publish', 'publish'],
      ...['size-pool', 'retire', 'retire', 'publish', 'register', 'publish', 'size-pool', 'serve', 'done'],
    ]);
  });

  it('pull nothing anywhere where the digest is not in the registry', () => {
    const world = new World();
    world.withdrawn.add(reference('shell', 2));
    world.want(2);
    world.settle();
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'digest-missing' });
    expect(world.registrations).toEqual([]);
    expect(world.steps.filter(({ kind }) => kind === 'publish')).toHaveLength(1);
  });

  it('stop where the digest is withdrawn between next and current', () => {
    const world = new World();
    world.want(2);
    driveUntil(world, () => phase(world) === 'switch');
    world.withdrawn.add(reference('shell', 2));
    world.settle();
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'digest-missing' });
    expect(world.registrations).toEqual([]);
    expect(world.slot('current')).toEqual(imagesOf(1));
  });

  it('take a revision back whose digest is withdrawn before it is current, and keep its images for tasks that hold its ARN', () => {
    const world = new World();
    world.want(2);
    driveUntil(world, () => world.registrations.length === 1);
    world.withdrawn.add(reference('shell', 2));
    world.settle();
    expect(world.revision.images).toEqual(imagesOf(1));
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'digest-missing' });
    expect(world.slot('previous')).toEqual(imagesOf(2));
    expect([world.uncovered(), world.waitedFor]).toEqual([[], []]);
  });

  it('take a registered revision back before launches are held back for its images no more', () => {
    const world = new World();
    world.want(2);
    driveUntil(world, () => world.registrations.length === 1);
    world.want(3);
    expect(world.drive()).toEqual({ kind: 'register', images: imagesOf(1) });
    world.drive();
    world.launch('launching');
    expect(world.uncovered()).toEqual([]);
    expect(world.slot('previous')).toEqual(imagesOf(2));
    world.settle();
    expect(world.slot('current')).toEqual(imagesOf(3));
  });

  it('wait for hosts that are on their way into the pool, and began it before next was published', () => {
    const world = new World();
    world.hosts.splice(world.hosts.indexOf(world.at('pool-asleep')[0]!), 1);
    world.refill();
    world.want(2);
    for (let round = 0; round < 30; round++) {
      world.drive();
      for (const host of world.at('in-service')) world.poll(host);
    }
    expect(phase(world)).toBe('fill');
    world.settle();
    for (const host of world.at('pool-asleep'))
      expect([...host.disk]).toEqual(expect.arrayContaining(Object.values(imagesOf(2))));
  });

  it('stop at a host that gives its pull up, and abandon no launch for it', () => {
    const world = new World();
    world.want(2);
    world.drive();
    const hosts = world.hosts.length;
    const [host] = world.at('in-service');
    host!.report = { held: [...host!.disk], generation: 2, failed: { [reference('shell', 2)]: 'disk-full' } };
    world.settle();
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'pull-failed' });
    expect(world.hosts).toHaveLength(hosts);
  });

  it('count no failure of an earlier rollout against one that is tried again', () => {
    const world = new World();
    world.want(2);
    world.drive();
    const [host] = world.at('in-service');
    host!.report = { held: [], generation: 2, failed: { [reference('shell', 2)]: 'throttled' } };
    world.drive();
    expect(phase(world)).toBe('stopped');
    world.want(2);
    world.settle();
    expect(world.slot('current')).toEqual(imagesOf(2));
  });

  it('stop when hosts of the wave do not come to an end in time', () => {
    const world = new World();
    world.want(2);
    world.drive();
    world.nowSeconds += DEFAULT_POLICY.hostsTimeoutSeconds;
    world.drive();
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'hosts-timed-out' });
  });

  it('go on without the hosts beyond the stated share', () => {
    const world = new World(4, { ...DEFAULT_POLICY, readyPercent: 75 });
    world.want(2);
    driveUntil(world, () => world.images.document.wave === 100);
    const [asleep] = world.at('in-service');
    asleep!.disk.delete(reference('shell', 2));
    asleep!.report = { held: [], generation: 0, failed: {} };
    for (let round = 0; round < 40 && world.registrations.length === 0; round++) {
      world.drive();
      world.refill();
      for (const host of world.at('pool-launching')) world.arrive(host);
    }
    expect(world.registrations).toEqual([{ images: imagesOf(2), lacking: [asleep!.id] }]);
  });

  it('never leave the pool with fewer hosts than its normal size', () => {
    const world = new World();
    world.want(2);
    for (let round = 0; round < 100 && phase(world) !== 'switch'; round++) {
      world.drive();
      expect(world.at('pool-asleep').length).toBeGreaterThanOrEqual(2);
      world.refill();
      for (const host of world.at('pool-launching')) world.arrive(host);
      for (const host of world.at('in-service')) world.poll(host);
    }
    expect(phase(world)).toBe('switch');
  });

  it('leave the pool alone when it is told to, which is where a task may then wait', () => {
    const world = new World(4, { ...DEFAULT_POLICY, pool: 'lazy' });
    world.want(2);
    world.settle();
    expect(world.steps.map(({ kind }) => kind)).not.toContain('retire');
    const host = world.at('pool-asleep')[0]!;
    world.scaleOut(host);
    world.arrive(host);
    expect(world.waitedFor).toContain(reference('shell', 2));
  });

  it('renew a pool whose fresh hosts never come in neither without end nor for ever', () => {
    const world = new World();
    world.want(2);
    driveUntil(world, () => world.images.document.wave === 100);
    for (let minute = 0; minute < 200 && phase(world) !== 'stopped'; minute++) {
      world.drive();
      for (const host of world.at('in-service')) world.poll(host);
      world.nowSeconds += 60;
    }
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'pool-timed-out', retired: 0 });
    world.drive();
    expect(world.poolNow).toEqual({ minSize: 2, maxPrepared: 2 });
  });

  it('retire no more pool hosts than the bound, however often fresh ones come in stale', () => {
    const world = new World();
    world.want(2);
    driveUntil(world, () => world.images.document.wave === 100);
    for (let round = 0; round < 100 && phase(world) !== 'stopped'; round++) {
      world.drive();
      world.refill();
      for (const host of world.at('pool-launching')) {
        host.place = 'pool-asleep';
        host.report = { held: Object.values(imagesOf(1)), generation: 0, failed: {} };
      }
      for (const host of world.at('in-service')) world.poll(host);
    }
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'pool-launches' });
    expect(world.images.document.retired).toBeLessThanOrEqual(2 * (3 + 1));
  });

  it('give the service no revision twice that a circuit breaker took back', () => {
    const world = new World();
    world.want(2);
    world.settle();
    world.serviceRevision = 1;
    expect(world.drive().kind).toBe('done');
    expect(world.serviceRevision).toBe(1);
  });

  it('drop previous after its window', () => {
    const world = new World();
    world.want(2);
    world.settle();
    world.nowSeconds += DEFAULT_POLICY.previousSeconds;
    world.settle();
    expect(world.slot('previous')).toEqual({});
    expect(world.slot('current')).toEqual(imagesOf(2));
  });

  it('refuse an image of a name that the hosts do not know', () => {
    const world = new World();
    world.wanted = { generation: 2, document: { ...imagesOf(2), unknown: reference('unknown', 1) } };
    world.settle();
    expect(world.images.document).toMatchObject({ phase: 'stopped', reason: 'unknown-image' });
  });
});
