import { describeServices } from '../../../scripts/demo/stacks';
import { percentile, viewAll } from '../../../scripts/demo/viewers';
import { startLoopbackCdn } from '../../../scripts/loopback-cdn';

describe('viewers of the demo', () => {
  it('wait for the origin on a cold edge and are served from the edge the second time', async () => {
    const cdn = await startLoopbackCdn({ originDelayMs: 100 });
    try {
      const paths = ['/a', '/b', '/c'];
      const [cold, warm] = [await viewAll(cdn, paths), await viewAll(cdn, paths)];
      expect(cold).toHaveLength(cdn.pops.length * paths.length);
      expect(cold.some(({ isHit }) => isHit)).toBe(false);
      expect(cold.every(({ durationMs }) => durationMs >= 99)).toBe(true);
      expect(warm.every(({ isHit }) => isHit)).toBe(true);
      expect(cdn.originRequests).toBe(cold.length);
    } finally {
      await cdn.close();
    }
  });

  it('are summed up by nearest rank', () => {
    const views = [5, 1, 4, 2, 3].map((durationMs) => ({ pop: 'FRA56-P4', durationMs, isHit: true }));
    expect(percentile(views, 0.5)).toBe(3);
    expect(percentile(views, 0.95)).toBe(5);
  });
});

it('describeServices names as many services as fit', () => {
  const services = [
    ['iam', 12],
    ['lambda', 6],
    ['sqs', 2],
  ] as const;
  expect(describeServices(services, 40)).toBe('12 iam, 6 lambda, 2 sqs');
  expect(describeServices(services, 19)).toBe('12 iam, 6 lambda, …');
});
