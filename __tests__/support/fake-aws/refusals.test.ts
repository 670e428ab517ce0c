/** The group that rollouts are tested in front of refuses what Auto Scaling refuses, in its words. */
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DeleteWarmPoolCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeWarmPoolCommand,
  PutWarmPoolCommand,
  SetInstanceHealthCommand,
  StartInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoScalingApi } from './auto-scaling-api';
import { AutoScalingGroup } from './auto-scaling-group';
import { type FakeAws, startFakeAws } from './server';

const AutoScalingGroupName = 'shell-ecs-asg';
const hook = { AutoScalingGroupName, LifecycleHookName: 'shell-launch' };

describe('the group of the tests', () => {
  const group = new AutoScalingGroup(
    {
      name: AutoScalingGroupName,
      hook: 'shell-launch',
      maxSize: 10,
      desired: 1,
      pool: { minSize: 3, maxPrepared: 4 },
    },
    { launch: () => {}, wake: () => {}, sleep: async () => {}, terminate: async () => {} },
  );
  let aws: FakeAws;
  let client: AutoScalingClient;

  function idOf(lifecycle: string): string {
    return group.instances.find((instance) => instance.lifecycle === lifecycle)?.id ?? '';
  }

  beforeAll(async () => {
    aws = await startFakeAws({ autoScaling: autoScalingApi(group), json: [] });
    client = new AutoScalingClient({
      endpoint: aws.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    group.reconcile();
    group.complete(idOf('Pending:Wait'), 'CONTINUE');
    for (let count = 0; count < 2; count++) group.complete(idOf('Warmed:Pending:Wait'), 'CONTINUE');
    await new Promise((resolve) => setImmediate(resolve));
  });
  afterAll(() => aws.close());

  it.each([
    [
      'a pool of an unknown state',
      () => new PutWarmPoolCommand({ AutoScalingGroupName, PoolState: 'Asleep' as never }),
      /ValidationError: .*\[Hibernated, Stopped, Running\]/,
    ],
    [
      'a pool below nothing',
      () => new PutWarmPoolCommand({ AutoScalingGroupName, MinSize: -1 }),
      /ValidationError: .*greater than or equal to 0/,
    ],
    [
      'a pool below none prepared',
      () => new PutWarmPoolCommand({ AutoScalingGroupName, MaxGroupPreparedCapacity: -2 }),
      /ValidationError: .*greater than or equal to -1/,
    ],
    [
      'a group that is not there',
      () => new PutWarmPoolCommand({ AutoScalingGroupName: 'other' }),
      /ValidationError: .*not found/,
    ],
    [
      'the end of a pool with launches',
      () => new DeleteWarmPoolCommand({ AutoScalingGroupName }),
      /ScalingActivityInProgress/,
    ],
    [
      'another health than two',
      () => new SetInstanceHealthCommand({ InstanceId: idOf('InService'), HealthStatus: 'Sick' }),
      /ValidationError: .*\[Healthy, Unhealthy\]/,
    ],
    [
      'the health of a stranger',
      () => new SetInstanceHealthCommand({ InstanceId: 'i-0', HealthStatus: 'Unhealthy' }),
      /ValidationError: Instance Id not found/,
    ],
    [
      'the end of a pool host by its id',
      () =>
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: idOf('Warmed:Stopped'),
          ShouldDecrementDesiredCapacity: false,
        }),
      /ValidationError: Instance Id not found/,
    ],
    [
      'an answer that nobody waits for',
      () =>
        new CompleteLifecycleActionCommand({
          ...hook,
          InstanceId: idOf('InService'),
          LifecycleActionResult: 'CONTINUE',
        }),
      /ValidationError: No active Lifecycle Action found with instance ID i-/,
    ],
    [
      'an answer of a third kind',
      () =>
        new CompleteLifecycleActionCommand({
          ...hook,
          InstanceId: idOf('Warmed:Pending:Wait'),
          LifecycleActionResult: 'RETRY',
        }),
      /ValidationError: .*\[CONTINUE, ABANDON\]/,
    ],
    [
      'a page that was never told',
      () => new DescribeWarmPoolCommand({ AutoScalingGroupName, NextToken: 'x' }),
      /InvalidNextToken/,
    ],
    [
      'a page that is too large',
      () => new DescribeWarmPoolCommand({ AutoScalingGroupName, MaxRecords: 51 }),
      /ValidationError: .*less than or equal to 50/,
    ],
    [
      'bounds too far apart',
      () =>
        new StartInstanceRefreshCommand({
          AutoScalingGroupName,
          Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 },
        }),
      /ValidationError: .*cannot exceed 100/,
    ],
  ])('refuses %s', async (_, command, refusal) => {
    const error = await client.send(command() as PutWarmPoolCommand).then(
      () => 'nothing',
      (caught: Error) => `${caught.name}: ${caught.message}`,
    );
    expect(error).toMatch(refusal);
  });

  it('throttles in the words that clients try again after', async () => {
    aws.throttle('DescribeAutoScalingGroups', 1);
    await expect(client.send(new DescribeAutoScalingGroupsCommand({}))).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
    });
  });

  it('gives a field of the pool that is left out its default, whatever it was', async () => {
    await client.send(
      new PutWarmPoolCommand({
        AutoScalingGroupName,
        PoolState: 'Running',
        InstanceReusePolicy: { ReuseOnScaleIn: true },
      }),
    );
    expect(group.pool).toEqual({ minSize: 0, maxPrepared: -1, state: 'Running', reuse: true });
    await client.send(new PutWarmPoolCommand({ AutoScalingGroupName, MinSize: 1 }));
    expect(group.pool).toEqual({ minSize: 1, maxPrepared: -1, state: 'Stopped', reuse: false });
  });

  it('lets nobody size the pool, nor begin another, while a refresh runs', async () => {
    const start = new StartInstanceRefreshCommand({ AutoScalingGroupName });
    await client.send(start);
    await expect(client.send(start)).rejects.toMatchObject({ name: 'InstanceRefreshInProgressFault' });
    const size = new PutWarmPoolCommand({ AutoScalingGroupName, MinSize: 2 });
    await expect(client.send(size)).rejects.toMatchObject({ name: 'InstanceRefreshInProgressFault' });
  });
});
