import * as fc from 'fast-check';
import { percentile, summariseStarts, taskStartOf } from '../../../../scripts/cli/coldstart/task-start';

function at(seconds: number): Date {
  return new Date(1_700_000_000_000 + seconds * 1000);
}

function task(family: string, times: Readonly<Record<string, number>>) {
  return {
    taskArn: `arn:aws:ecs:eu-west-1:111111111111:task/shell/${family}-1`,
    taskDefinitionArn: `arn:aws:ecs:eu-west-1:111111111111:task-definition/${family}:7`,
    ...Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, at(seconds)])),
  };
}

describe('how long a task took to start', () => {
  it('is a cache hit when ECS reports no pull, and the whole wait is then placement and start', () => {
    expect(taskStartOf(task('shell', { createdAt: 0, startedAt: 0.8 }))).toMatchObject({
      family: 'shell',
      totalSeconds: 0.8,
      placementSeconds: 0.8,
    });
    expect(taskStartOf(task('shell', { createdAt: 0, startedAt: 0.8 }))).not.toHaveProperty('pull');
  });

  it('tells the pull apart from placement', () => {
    const start = taskStartOf(
      task('shell', { createdAt: 0, pullStartedAt: 2, pullStoppedAt: 40, startedAt: 44 }),
    );
    expect(start).toMatchObject({
      totalSeconds: 44,
      placementSeconds: 2,
      pull: { pullSeconds: 38, containerStartSeconds: 4 },
    });
  });

  it('is unknown for a task that never ran', () => {
    expect(taskStartOf(task('shell', { createdAt: 0 }))).toBeUndefined();
  });
});

describe('a summary of task starts', () => {
  const starts = [
    taskStartOf(task('a', { createdAt: 0, startedAt: 1 }))!,
    taskStartOf(task('a', { createdAt: 0, startedAt: 3 }))!,
    taskStartOf(task('b', { createdAt: 0, pullStartedAt: 1, pullStoppedAt: 9, startedAt: 10 }))!,
  ];

  it('has a row per family and one of all', () => {
    expect(summariseStarts(starts)).toEqual([
      expect.objectContaining({ family: 'a', tasks: 2, cacheHits: 2, p50Seconds: 1, maxSeconds: 3 }),
      expect.objectContaining({ family: 'b', tasks: 1, cacheHits: 0, p50Seconds: 10, pullP50Seconds: 8 }),
      expect.objectContaining({ family: 'all', tasks: 3, cacheHits: 2, p50Seconds: 3, maxSeconds: 10 }),
    ]);
  });

  it('counts warm-pool hits of the tasks whose instance says where it came from', () => {
    const [summary] = summariseStarts([
      taskStartOf(task('a', { createdAt: 0, startedAt: 1 }), 'warm-pool')!,
      taskStartOf(task('a', { createdAt: 0, startedAt: 1 }), 'cold-launch')!,
      taskStartOf(task('a', { createdAt: 0, startedAt: 1 }))!,
    ]);
    expect(summary).toMatchObject({ tasks: 3, poolHits: 1, originsKnown: 2 });
  });

  it('takes percentiles from what was observed: at least that share lies at or below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = [...values].sort((a, b) => a - b);
          const found = percentile(sorted, share);
          expect(sorted).toContain(found);
          expect(sorted.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
            share * sorted.length - 1e-9,
          );
        },
      ),
    );
  });
});
