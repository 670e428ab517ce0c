/** Rollouts with the SDK's own clients, over HTTP, in front of a group that refuses what Auto Scaling refuses. */
import { digestOf, reference, Wire } from './support/wire';

describe('a rollout over the wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    wire = new Wire();
    await wire.start();
  });
  afterEach(() => wire.aws.close());

  function expectWarm(): void {
    expect(wire.uncovered).toEqual([]);
    expect(wire.waitedFor).toEqual([]);
    expect(wire.leastAsleep).toBeGreaterThanOrEqual(3);
  }

  function expectEnded(version: number): void {
    expect(wire.document).toMatchObject({ phase: 'settled' });
    expect(wire.slots).toMatchObject({ current: reference(version) });
    expect(wire.revisions.latest.containerDefinitions).toEqual([
      { name: 'shell', image: reference(version) },
    ]);
    expect(wire.revisions.service).toMatch(new RegExp(`:${wire.revisions.latest.revision}$`));
    expect(wire.lacking(version)).toEqual([]);
    expect(wire.group.pool).toEqual({ minSize: 3, maxPrepared: 8, state: 'Stopped', reuse: false });
    expect(wire.group.pooled).toHaveLength(3);
  }

  it('renews a pool that sleeps, one host after the other, never with fewer than its size', async () => {
    const before = wire.group.pooled.map(({ id }) => id);
    wire.want(2);
    await wire.settle();
    expectEnded(2);
    expectWarm();
    expect(wire.group.pooled.map(({ id }) => id).filter((id) => before.includes(id))).toEqual([]);
    expect(wire.aws.calls.filter((call) => call === 'SetInstanceHealth')).toHaveLength(3);
    expect(wire.revisions.latest.tags).toEqual([{ key: 'team', value: 'shells' }]);
  });

  it.each(['before', 'after'] as const)('goes on where drivers died, one %s each change', async (when) => {
    const death = { when, at: new Set<string>() };
    wire.want(2);
    await wire.settle(death);
    expectEnded(2);
    expectWarm();
    // Publishing, waves, pool, three hosts, pool back, switch, revision, current, service: none was left out.
    expect(death.at.size).toBeGreaterThan(11);
  });

  it('lets a scale-out draw hosts in the middle of the renewal, and puts nobody on a host that pulls', async () => {
    wire.want(2);
    for (let round = 0; round < 40; round++) {
      await wire.drive();
      if (round % 4 === 0) {
        wire.group.desired = round % 8 === 0 ? 6 : 5;
        wire.group.reconcile();
      }
      await wire.turn();
    }
    wire.group.desired = 5;
    wire.group.reconcile();
    await wire.settle();
    expectEnded(2);
    expect(wire.uncovered).toEqual([]);
    expect(wire.waitedFor).toEqual([]);
  });

  it('goes back in the middle of the renewal, without a pull and without a further launch than the pool needs', async () => {
    wire.want(2);
    while (wire.aws.calls.filter((call) => call === 'SetInstanceHealth').length < 2) {
      await wire.drive();
      await wire.turn();
    }
    const launches = wire.group.history.filter((line) => line.endsWith(' none -> Warmed:Pending')).length;
    wire.want(1);
    await wire.settle();
    expectEnded(1);
    expectWarm();
    const later = wire.group.history.filter((line) => line.endsWith(' none -> Warmed:Pending')).length;
    expect(later - launches).toBeLessThanOrEqual(1);
  });

  it('ends the first of two rollouts where the second begins, with one image everywhere', async () => {
    wire.want(2);
    for (let round = 0; round < 6; round++) {
      await Promise.all([wire.drive(), wire.drive()]);
      await wire.turn();
    }
    wire.want(3);
    await wire.settle();
    expectEnded(3);
    expectWarm();
    expect(
      wire.revisions.all.flatMap(({ containerDefinitions }) =>
        containerDefinitions.map(({ image }) => image),
      ),
    ).not.toContain(reference(2));
  });

  it('stops where the digest is withdrawn between next and current, and tasks run what they ran', async () => {
    wire.want(2);
    while (wire.document.wave < 100) {
      await wire.drive();
      await wire.turn();
    }
    wire.repository.withdrawn.add(digestOf(2));
    await wire.settle();
    expect(wire.document).toMatchObject({ phase: 'stopped', reason: 'digest-missing' });
    expect(wire.revisions.all).toHaveLength(1);
    expect(wire.group.pool).toMatchObject({ minSize: 3, maxPrepared: 8 });
    expect(wire.group.pooled).toHaveLength(3);
    wire.repository.withdrawn.clear();
    wire.want(2);
    await wire.settle();
    expectEnded(2);
    expectWarm();
  });

  it('waits, and fails no execution, while an instance refresh lets nobody size the pool', async () => {
    wire.group.startRefresh({ template: 2, maxHealthyPercent: 110, skipMatching: true });
    wire.want(2);
    let waited = 0;
    while (wire.group.activeRefresh !== undefined) {
      const { step } = await wire.drive();
      if (step.kind === 'wait' && step.why.includes('refresh')) waited++;
      await wire.turn();
    }
    expect(waited).toBeGreaterThan(0);
    await wire.settle();
    expectEnded(2);
    expect(wire.uncovered).toEqual([]);
    expect(wire.waitedFor).toEqual([]);
  });

  it('leaves a stale host alone that went, or went into service, before it would be retired', async () => {
    wire.want(2);
    while (wire.asleep < 4) {
      await wire.drive();
      await wire.turn();
    }
    const [first, second] = wire.group.pooled.map(({ id }) => id);
    const ports = wire.ports();
    const state = await ports.observe();
    wire.group.desired = 6;
    wire.group.reconcile();
    wire.aws.before('SetInstanceHealth', () => wire.group.setHealth(second!, 'Unhealthy'));
    const retirement = { kind: 'retire', document: state.images.document, ids: [first!, second!] } as const;
    expect(await ports.act(retirement, state)).toBeUndefined();
    expect(wire.group.serving.find(({ id }) => id === first)).toMatchObject({ health: 'Healthy' });
    await wire.settle();
    expect(wire.waitedFor).toEqual([]);
  });

  it('comes through throttling', async () => {
    wire.want(2);
    for (const call of ['PutWarmPool', 'SetInstanceHealth', 'PutParameter']) wire.aws.throttle(call, 1);
    await wire.settle();
    expectEnded(2);
    expectWarm();
  });
});
