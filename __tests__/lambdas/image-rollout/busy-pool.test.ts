/** A pool from which tasks draw all the time: the surge grows, and the renewal ends. */
import { World } from './support/world';

it('is one host, doubles every quarter of an hour, and is never larger than the pool', () => {
  const world = new World();
  world.want(2);
  const sizes: number[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    for (let pass = 0; pass < 12; pass++) {
      const step = world.drive();
      if (step.kind === 'size-pool') sizes.push(step.sizes.minSize);
      for (const host of world.at('in-service')) world.poll(host);
    }
    // Nothing comes into the pool meanwhile: tasks were faster.
    world.nowSeconds += 900;
  }
  expect(sizes).toEqual([3, 4]);
  expect(world.waitedFor).toEqual([]);
});

it('is renewed although some host is always on its way in', () => {
  const world = new World();
  world.want(2);
  for (let minute = 0; world.images.document.phase !== 'switch'; minute++) {
    expect(minute).toBeLessThan(60);
    const onTheirWay = [...world.at('launching'), ...world.at('pool-launching')];
    world.refill();
    world.drive();
    // What was on its way comes in; then a task draws a host, in whose place one launches before the next look.
    for (const host of onTheirWay) world.arrive(host);
    for (const host of world.at('in-service')) world.poll(host);
    const [drawn] = world.at('pool-asleep');
    if (drawn !== undefined) world.scaleOut(drawn);
    world.nowSeconds += 60;
  }
  world.settle();
  expect(world.images.document.phase).toBe('settled');
  expect(Object.values(world.slot('current'))).toEqual(Object.values(world.revision.images));
  expect(world.uncovered()).toEqual([]);
  expect(world.waitedFor).toEqual([]);
});
