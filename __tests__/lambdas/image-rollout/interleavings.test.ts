/** Rollouts over random orders of events: drivers that die or come twice, hosts that come, go and pull, callers that change their mind. */
import * as fc from 'fast-check';
import type { RolloutState } from '../../../lambdas/image-rollout/plan/state';
import { imagesOf, World } from './support/world';

type Act =
  | { readonly kind: 'drive'; readonly killed: boolean }
  /** A driver's pass, and a minute of everything else. */
  | { readonly kind: 'turn' }
  | { readonly kind: 'read' | 'drive-late' | 'apply' | 'launch' | 'refill' | 'minute' }
  | { readonly kind: 'arrive' | 'poll' | 'scale-out' | 'scale-in'; readonly host: number }
  | { readonly kind: 'want'; readonly version: number };

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('drive' as const), killed: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('read', 'drive-late', 'apply', 'launch', 'refill', 'minute'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom('arrive', 'poll', 'scale-out', 'scale-in'),
      host: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('want' as const), version: fc.integer({ min: 1, max: 3 }) }),
  },
);

/** A second driver reads, and acts on it later. */
interface Late {
  state?: RolloutState;
}

function happen(world: World, act: Act, late: Late): void {
  function one(place: 'in-service' | 'launching' | 'pool-launching' | 'pool-asleep', host: number) {
    const hosts = world.at(place);
    return hosts[host % Math.max(1, hosts.length)];
  }
  switch (act.kind) {
    case 'drive':
      world.drive(act.killed);
      break;
    case 'turn':
      world.drive();
      world.refill();
      for (const host of world.at('pool-launching')) world.arrive(host);
      for (const host of world.at('in-service')) world.poll(host);
      break;
    case 'read':
      late.state = world.state();
      break;
    case 'drive-late':
      if (late.state !== undefined) world.drive(false, late.state);
      break;
    case 'apply':
      world.apply();
      break;
    case 'launch':
      world.launch('launching');
      break;
    case 'refill':
      world.refill();
      break;
    case 'minute':
      world.nowSeconds += 60;
      break;
    case 'arrive': {
      const host = one(act.host % 2 === 0 ? 'launching' : 'pool-launching', act.host);
      if (host !== undefined) world.arrive(host);
      break;
    }
    case 'poll': {
      const host = one('in-service', act.host);
      if (host !== undefined) world.poll(host);
      break;
    }
    case 'scale-out': {
      const host = one('pool-asleep', act.host);
      if (host !== undefined) world.scaleOut(host);
      break;
    }
    case 'scale-in': {
      const host = one('in-service', act.host);
      if (host !== undefined) world.remove(host);
      break;
    }
    case 'want':
      world.want(act.version);
      break;
  }
}

describe('a rollout in place, whatever order things happen in', () => {
  function afterwards(check: (world: World) => void, meanwhile: (world: World) => void = () => {}): void {
    fc.assert(
      fc.property(fc.array(acts, { minLength: 1, maxLength: 200 }), (events) => {
        const world = new World();
        const late: Late = {};
        world.want(2);
        for (const event of events) {
          happen(world, event, late);
          meanwhile(world);
        }
        check(world);
      }),
      { numRuns: 400 },
    );
  }

  it('has no moment at which a task would start cold: by a pull after its placement, or by waiting for a host that pulls', () => {
    afterwards(
      (world) => expect(world.waitedFor).toEqual([]),
      (world) => expect(world.uncovered()).toEqual([]),
    );
  });

  it('registers and keeps the images of one generation together, never a mixture', () => {
    afterwards((world) => {
      const whole = [1, 2, 3].map(imagesOf);
      for (const { images } of world.registrations) expect(whole).toContainEqual(images);
      expect(whole).toContainEqual(world.slot('current'));
      expect([{}, ...whole]).toContainEqual(world.slot('next'));
      expect([{}, ...whole]).toContainEqual(world.slot('previous'));
    });
  });

  it('ends with what was wanted last: document, revision, service, hosts and pool', () => {
    afterwards((world) => {
      world.settle();
      const wanted = world.wanted.document;
      expect(world.images.document).toMatchObject({ phase: 'settled', wanted: world.wanted.generation });
      expect(world.slot('current')).toEqual(wanted);
      expect(world.revision.images).toEqual(wanted);
      expect(world.serviceRevision).toBe(world.revision.number);
      for (const host of [...world.at('in-service'), ...world.at('pool-asleep')])
        for (const image of Object.values(wanted)) expect(host.disk).toContain(image);
      expect(world.poolNow).toEqual({ minSize: 2, maxPrepared: 2 });
    });
  });

  it('keeps what was current before the switch, so that a rollback pulls nothing', () => {
    afterwards((world) => {
      world.settle();
      const before = world.slot('current');
      const version = [1, 2, 3].find((each) => imagesOf(each)['shell'] !== before['shell'])!;
      world.want(version);
      world.settle();
      expect(world.slot('previous')).toEqual(before);
      const disks = new Map(world.hosts.map(({ id, disk }) => [id, new Set(disk)]));
      for (const disk of disks.values())
        for (const image of Object.values(before)) expect(disk).toContain(image);
      world.steps.splice(0);
      world.want([1, 2, 3].find((each) => imagesOf(each)['shell'] === before['shell'])!);
      world.settle();
      expect(world.slot('current')).toEqual(before);
      expect(world.steps.filter(({ kind }) => kind === 'retire')).toEqual([]);
    });
  });
});
