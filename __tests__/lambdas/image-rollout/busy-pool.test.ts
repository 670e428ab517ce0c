/** The surge of a renewal grows where no host is ever to spare, and never beyond the pool. */
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
