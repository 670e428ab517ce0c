import timers from 'node:timers/promises';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeWarmPoolCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { measureDocument, verifyDocument } from '../../../../scripts/cli/coldstart/json-documents';
import { measure } from '../../../../scripts/cli/coldstart/measure';
import { refresh } from '../../../../scripts/cli/coldstart/refresh';
import { verify } from '../../../../scripts/cli/coldstart/verify';
import { WATCHED_REFRESH } from './fake-auto-scaling';

const OLD = `repo@sha256:${'a'.repeat(64)}`;
const NEW = `repo@sha256:${'b'.repeat(64)}`;

function capture(): { readonly text: () => string } {
  let printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  // Waits between two looks pass at once.
  jest.spyOn(timers, 'setTimeout').mockImplementation(() => timers.setImmediate());
  return { text: () => printed };
}
afterEach(() => jest.restoreAllMocks());

describe('warmpath coldstart measure', () => {
  const ecs = mockClient(ECSClient);
  const now = Date.now();
  function at(seconds: number): Date {
    return new Date(now - 60_000 + seconds * 1000);
  }

  beforeEach(() => {
    ecs.reset();
    ecs.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: ['t/1', 't/2'] });
    ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [] });
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [
        {
          taskArn: 't/1',
          taskDefinitionArn: 'd/shell:1',
          containerInstanceArn: 'c/1',
          createdAt: at(0),
          startedAt: at(0.5),
        },
        {
          taskArn: 't/2',
          taskDefinitionArn: 'd/shell:1',
          createdAt: at(0),
          pullStartedAt: at(1),
          pullStoppedAt: at(39),
          startedAt: at(40),
        },
      ],
    });
    ecs.on(DescribeContainerInstancesCommand, { containerInstances: ['c/1'] }).resolves({
      containerInstances: [
        { containerInstanceArn: 'c/1', attributes: [{ name: 'warmpath.origin', value: 'warm-pool' }] },
      ],
    });
  });

  it('prints hits and percentiles of the tasks in the window', async () => {
    const printed = capture();
    expect(await measure(new ECSClient(), { cluster: 'shell', sinceSeconds: 3600, json: true })).toBe(0);
    expect(measureDocument.parse(JSON.parse(printed.text())).summaries).toEqual([
      expect.objectContaining({ family: 'shell', tasks: 2, cacheHits: 1, p50Seconds: 0.5, maxSeconds: 40 }),
    ]);
  });

  it('prints warm-pool hits beside cache hits, of the tasks whose instance says where it came from', async () => {
    const printed = capture();
    expect(await measure(new ECSClient(), { cluster: 'shell', sinceSeconds: 3600, json: false })).toBe(0);
    expect(printed.text()).toMatch(/tasks +cache hits +pool hits +p50/);
    expect(printed.text()).toMatch(/shell +2 +1 +1 of 1 /);
  });

  it.each([
    [{ maxP95Seconds: 39 }, 1],
    [{ maxP95Seconds: 40 }, 0],
    [{ minCacheHitPercent: 51 }, 1],
    [{ minCacheHitPercent: 50 }, 0],
    [{ family: 'another' }, 1],
    [{ family: 'shell' }, 0],
  ])('with the limits %j ends with %d', async (limits, code) => {
    capture();
    const options = { cluster: 'shell', sinceSeconds: 3600, json: false, ...limits };
    expect(await measure(new ECSClient(), options)).toBe(code);
  });

  it('says which share of the time was placement', async () => {
    const printed = capture();
    await measure(new ECSClient(), { cluster: 'shell', sinceSeconds: 3600, json: true });
    // Half a second of one, one second of the other, of 40.5 in all.
    expect(JSON.parse(printed.text()).summaries[0].placementShare).toBeCloseTo(1.5 / 40.5);
  });

  it('fails when no task started in the window', async () => {
    capture();
    expect(await measure(new ECSClient(), { cluster: 'shell', sinceSeconds: 1, json: false })).toBe(1);
  });
});

describe('warmpath coldstart refresh', () => {
  const autoScaling = mockClient(AutoScalingClient);
  const clients = { autoScaling: new AutoScalingClient(), ec2: new EC2Client() };

  beforeEach(() => {
    autoScaling.reset();
    autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'r-1' });
  });

  it('replaces protected instances too, and ends with the refresh', async () => {
    capture();
    autoScaling
      .on(DescribeInstanceRefreshesCommand)
      .resolvesOnce({ InstanceRefreshes: [{ Status: 'InProgress', PercentageComplete: 40 }] })
      .resolves({ InstanceRefreshes: [{ Status: 'Successful', PercentageComplete: 100 }] });
    expect(await refresh(clients, WATCHED_REFRESH)).toBe(0);
    const [call] = autoScaling.commandCalls(StartInstanceRefreshCommand);
    expect(call?.args[0].input.Preferences).toMatchObject({ ScaleInProtectedInstances: 'Refresh' });
  });

  it('fails when the group rolled back', async () => {
    capture();
    autoScaling
      .on(DescribeInstanceRefreshesCommand)
      .resolves({ InstanceRefreshes: [{ Status: 'RollbackSuccessful', PercentageComplete: 60 }] });
    expect(await refresh(clients, WATCHED_REFRESH)).toBe(1);
  });

  it('rolls out a version by its number, of a group with one instance type', async () => {
    capture();
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'shell-ecs', Version: '3' },
        } as never,
      ],
    });
    expect(
      await refresh(clients, {
        ...WATCHED_REFRESH,
        watch: false,
        launchTemplateVersion: 5,
        autoRollback: true,
      }),
    ).toBe(0);
    const [call] = autoScaling.commandCalls(StartInstanceRefreshCommand);
    expect(call?.args[0].input).toMatchObject({
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '5' } },
      Preferences: { AutoRollback: true },
    });
  });

  it('refuses bounds that are more than 100 apart before it starts anything', async () => {
    const call = refresh(clients, {
      ...WATCHED_REFRESH,
      minHealthyPercentage: 0,
      maxHealthyPercentage: 200,
    });
    await expect(call).rejects.toThrow('--max-healthy: got 200 with --min-healthy 0');
    expect(autoScaling.calls()).toHaveLength(0);
  });
});

describe('warmpath coldstart verify', () => {
  const autoScaling = mockClient(AutoScalingClient);
  const ec2 = mockClient(EC2Client);
  const ssm = mockClient(SSMClient);
  const clients = { autoScaling: new AutoScalingClient(), ec2: new EC2Client(), ssm: new SSMClient() };
  function userData(image: string): string {
    return Buffer.from(`#!/bin/bash\nREGION=eu-west-1\nIMAGES=${image}\n`).toString('base64');
  }
  async function run(): Promise<{ readonly code: number; readonly kinds: Record<string, string> }> {
    const printed = capture();
    const code = await verify(clients, { group: 'shell-ecs-asg', json: true });
    const { instances } = verifyDocument.parse(JSON.parse(printed.text()));
    return {
      code,
      kinds: Object.fromEntries(instances.map(({ id, verdict }) => [id, verdict.kind])),
    };
  }

  beforeEach(() => {
    for (const mock of [autoScaling, ec2, ssm]) mock.reset();
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'shell-ecs-asg',
          LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '2' },
          WarmPoolConfiguration: {},
          Instances: [
            { InstanceId: 'i-running', LifecycleState: 'InService', LaunchTemplate: { Version: '2' } },
          ],
        } as never,
      ],
    });
    autoScaling.on(DescribeWarmPoolCommand).resolves({
      Instances: [
        { InstanceId: 'i-old', LifecycleState: 'Warmed:Stopped', LaunchTemplate: { Version: '1' } },
        { InstanceId: 'i-new', LifecycleState: 'Warmed:Stopped', LaunchTemplate: { Version: '2' } },
        { InstanceId: 'i-young', LifecycleState: 'Warmed:Pending:Wait', LaunchTemplate: { Version: '2' } },
      ] as never,
    });
    function version(image: string) {
      return {
        LaunchTemplateVersions: [{ LaunchTemplateData: { UserData: userData(image) } }],
      };
    }
    ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['1'] }).resolves(version(OLD));
    ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['2'] }).resolves(version(NEW));
    ssm
      .on(DescribeInstanceInformationCommand)
      .resolves({ InstanceInformationList: [{ InstanceId: 'i-running', PingStatus: 'Online' }] });
    ssm.on(SendCommandCommand).resolves({ Command: { CommandId: 'c-1' } });
  });

  function answers(output: string): void {
    ssm.on(ListCommandInvocationsCommand).resolves({
      CommandInvocations: [
        { InstanceId: 'i-running', Status: 'Success', CommandPlugins: [{ Output: output }] },
      ],
    });
  }

  it('asks running instances, and judges stopped ones by the template they left the hook with', async () => {
    answers('checked\n');
    expect(await run()).toEqual({
      code: 1,
      kinds: { 'i-running': 'on-disk', 'i-old': 'outdated', 'i-new': 'by-template', 'i-young': 'pending' },
    });
  });

  it('takes no template for a proof that lets instances into service whose pull failed', async () => {
    answers('checked\n');
    ec2.on(DescribeLaunchTemplateVersionsCommand, { Versions: ['2'] }).resolves({
      LaunchTemplateVersions: [
        {
          LaunchTemplateData: {
            UserData: Buffer.from(`IMAGES=${NEW}\nON_FAILURE=CONTINUE\n`).toString('base64'),
          },
        },
      ],
    });
    const { code, kinds } = await run();
    expect(code).toBe(1);
    expect(kinds).toMatchObject({ 'i-running': 'on-disk', 'i-new': 'unproven' });
  });

  it('believes the disk and not the template where an instance answers', async () => {
    answers(`missing ${NEW}\nchecked\n`);
    expect((await run()).kinds['i-running']).toBe('missing');
  });

  it('does not take a command that broke off for a proof', async () => {
    answers('bash: docker: command not found\n');
    expect((await run()).kinds['i-running']).toBe('by-template');
  });

  it('reads every page of the instances that Systems Manager reaches', async () => {
    ssm
      .on(DescribeInstanceInformationCommand)
      .resolves({ InstanceInformationList: [], NextToken: 'more' })
      .on(DescribeInstanceInformationCommand, { NextToken: 'more' })
      .resolves({ InstanceInformationList: [{ InstanceId: 'i-running', PingStatus: 'Online' }] });
    answers('checked\n');
    expect((await run()).kinds['i-running']).toBe('on-disk');
    const [first] = ssm.commandCalls(DescribeInstanceInformationCommand);
    expect(first?.args[0].input.MaxResults).toBe(50);
  });

  it('names the group it does not find', async () => {
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    await expect(verify(clients, { group: 'nope', json: true })).rejects.toThrow('--group: got nope');
  });
});
