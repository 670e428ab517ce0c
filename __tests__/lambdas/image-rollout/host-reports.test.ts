import { placeOf } from '../../../lambdas/image-rollout/aws/group';
import { parseReport } from '../../../lambdas/image-rollout/aws/host-reports';
import { copyOf } from '../../../lambdas/image-rollout/aws/revisions';

describe('what a rollout sees on AWS', () => {
  it('reads what a host holds and what it gave up, and nothing of a boot that still tries', () => {
    const line = {
      event: 'images',
      generation: 7,
      stale: false,
      held: 'r/a@x,r/b@y',
      failed: 'r/c@z=disk-full',
    };
    expect(parseReport(JSON.stringify(line))).toEqual({
      generation: 7,
      held: ['r/a@x', 'r/b@y'],
      failed: { 'r/c@z': 'disk-full' },
    });
    expect(parseReport(JSON.stringify({ event: 'prepull', result: 'retrying' }))).toBeUndefined();
    expect(parseReport('Terminated')).toBeUndefined();
  });

  it.each([
    ['InService', 'in-service'],
    ['Pending:Wait', 'launching'],
    ['Warmed:Stopped', 'pool-asleep'],
    ['Warmed:Hibernated', 'pool-asleep'],
    ['Warmed:Running', 'pool-awake'],
    ['Warmed:Pending:Proceed', 'pool-launching'],
    ['Warmed:Terminating:Wait', 'leaving'],
    ['Terminating', 'leaving'],
    ['EnteringStandby', 'leaving'],
  ])('takes a host in %s for %s', (state, place) => {
    expect(placeOf(state)).toBe(place);
  });

  it('copies a revision without what ECS adds, with its tags and all containers, and changes only the named images', () => {
    const taskDefinition = {
      family: 'shell',
      revision: 3,
      taskDefinitionArn: 'arn:…:3',
      status: 'ACTIVE',
      requiresAttributes: [{ name: 'x' }],
      compatibilities: ['EC2'],
      registeredBy: 'me',
      cpu: '512',
      containerDefinitions: [
        { name: 'shell', image: 'r/a@old', essential: true },
        { name: 'proxy', image: 'r/b@old' },
      ],
    } as const;
    expect(
      copyOf(
        {
          taskDefinition: structuredClone(taskDefinition) as never,
          tags: [{ key: 'team', value: 'shells' }],
        },
        { shell: 'r/a@new', unrelated: 'r/c@new' },
      ),
    ).toEqual({
      family: 'shell',
      cpu: '512',
      containerDefinitions: [
        { name: 'shell', image: 'r/a@new', essential: true },
        { name: 'proxy', image: 'r/b@old' },
      ],
      tags: [{ key: 'team', value: 'shells' }],
    });
  });
});
