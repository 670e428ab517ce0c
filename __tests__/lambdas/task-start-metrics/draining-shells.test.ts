import './environment';
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambdas/task-start-metrics/handler';

const HOUR_MS = 3_600_000;
const dynamo = mockClient(DynamoDBClient);
const ecs = mockClient(ECSClient);
const rows = new Map<string, Readonly<Record<string, { N?: string }>>>();
const lines: string[] = [];

/** Instances of the cluster that drain, each with the groups of its tasks; one instance and one task a page. */
function drain(
  instances: readonly { readonly provider?: string; readonly groups: readonly string[] }[],
): void {
  const arns = instances.map((_, at) => `instance/${at}`);
  ecs.on(ListContainerInstancesCommand).callsFake(({ cluster, status, nextToken = '0' }) => {
    expect([cluster, status]).toEqual(['shell-ecs', 'DRAINING']);
    const at = Number(nextToken);
    return {
      containerInstanceArns: arns.slice(at, at + 1),
      ...(at + 1 < arns.length && { nextToken: `${at + 1}` }),
    };
  });
  ecs.on(DescribeContainerInstancesCommand).callsFake(({ containerInstances }) => ({
    containerInstances: containerInstances.map((arn: string) => {
      const { provider = 'shell-capacity', groups } = instances[Number(arn.split('/')[1])]!;
      return { containerInstanceArn: arn, capacityProviderName: provider, runningTasksCount: groups.length };
    }),
  }));
  ecs.on(ListTasksCommand).callsFake(({ containerInstance, nextToken = '0' }) => {
    const { groups } = instances[Number(containerInstance.split('/')[1])]!;
    const at = Number(nextToken);
    return {
      taskArns: groups.slice(at, at + 1).map(() => `${containerInstance}/task/${at}`),
      ...(at + 1 < groups.length && { nextToken: `${at + 1}` }),
    };
  });
  ecs.on(DescribeTasksCommand).callsFake(({ tasks }) => ({
    tasks: tasks.map((arn: string) => {
      const [, instance, , task] = arn.split('/');
      return { taskArn: arn, group: instances[Number(instance)]!.groups[Number(task)] };
    }),
  }));
}

async function lookAt(millis: number) {
  jest.spyOn(Date, 'now').mockReturnValue(millis);
  await handler({ 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} });
  return JSON.parse(lines.at(-1) ?? '');
}

beforeEach(() => {
  dynamo.reset();
  ecs.reset();
  rows.clear();
  lines.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  dynamo.on(UpdateItemCommand).callsFake(({ Key, ExpressionAttributeValues: given, TableName }) => {
    expect(TableName).toBe('counted');
    const row = rows.get(Key.id.S) ?? { firstSeenMillis: given[':now'], expiresAt: given[':then'] };
    rows.set(Key.id.S, row);
    return { Attributes: row };
  });
});

afterEach(() => jest.restoreAllMocks());

it('tells zero where nothing drains, so that the alarm is over', async () => {
  drain([]);
  expect(await lookAt(0)).toMatchObject({
    Cluster: 'shell-ecs',
    CapacityProvider: 'shell-capacity',
    DrainingShells: 0,
    DrainingShellHours: 0,
  });
});

it('counts the hours since it first saw an instance draining with a shell', async () => {
  drain([{ groups: ['family:shell'] }, { groups: ['family:shell', 'family:shell'] }]);
  expect(await lookAt(HOUR_MS)).toMatchObject({ DrainingShells: 3, DrainingShellHours: 0 });
  expect(await lookAt(42 * HOUR_MS)).toMatchObject({ DrainingShells: 3, DrainingShellHours: 41 });
});

it('leaves tasks of services out, which move, and instances of other capacity providers', async () => {
  drain([
    { groups: ['service:shells', 'family:shell'] },
    { groups: ['service:shells'] },
    { provider: 'other', groups: ['family:shell'] },
    { groups: [] },
  ]);
  expect(await lookAt(0)).toMatchObject({ DrainingShells: 1 });
  expect([...rows.keys()]).toEqual(['draining instance/0']);
});

it('forgets an instance a week after it was first seen', async () => {
  drain([{ groups: ['family:shell'] }]);
  await lookAt(HOUR_MS);
  await lookAt(2 * HOUR_MS);
  expect(rows.get('draining instance/0')?.['expiresAt']?.N).toBe(String(3600 + 7 * 24 * 3600));
  expect(dynamo.commandCalls(PutItemCommand)).toEqual([]);
});

it('fails, and tells nothing, where ECS does not answer', async () => {
  ecs.on(ListContainerInstancesCommand).rejects(new Error('throttled'));
  await expect(lookAt(0)).rejects.toThrow('throttled');
  expect(lines).toEqual([]);
});
