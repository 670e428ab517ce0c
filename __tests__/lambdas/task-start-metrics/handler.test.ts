import './environment';
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeContainerInstancesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../lambdas/task-start-metrics/handler';
import { instanceLaunchEvent, taskRunningEvent } from './events';

const dynamo = mockClient(DynamoDBClient);
const ecs = mockClient(ECSClient);
const seen = new Set<string>();
const lines: string[] = [];

describe('task-start-metrics', () => {
  beforeEach(() => {
    dynamo.reset();
    ecs.reset();
    seen.clear();
    lines.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    dynamo.on(PutItemCommand).callsFake(({ Item }) => {
      const id: string = Item.id.S;
      if (seen.has(id)) throw new ConditionalCheckFailedException({ message: 'exists', $metadata: {} });
      seen.add(id);
      return {};
    });
  });

  afterEach(() => jest.restoreAllMocks());

  it('emits one line for the first RUNNING of a task and none for later ones', async () => {
    await handler(taskRunningEvent({ version: 3 }));
    await handler(taskRunningEvent({ version: 4 }));
    await handler(
      taskRunningEvent({ taskArn: 'arn:aws:ecs:eu-central-1:111111111111:task/shell-ecs/other' }),
    );
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ TaskStartSeconds: 1.377, ImageCacheHit: 1 });
  });

  it.each([
    ['warm-pool', 1],
    ['cold-launch', 0],
  ])('tells a start on an instance of origin %s, as the instance itself says', async (value, hit) => {
    const containerInstanceArn = 'arn:aws:ecs:eu-central-1:111111111111:container-instance/shell-ecs/1';
    ecs.on(DescribeContainerInstancesCommand, { containerInstances: [containerInstanceArn] }).resolves({
      containerInstances: [{ containerInstanceArn, attributes: [{ name: 'warmpath.origin', value }] }],
    });
    await handler(taskRunningEvent({ containerInstanceArn }));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ WarmPoolHit: hit });
  });

  it('does not count a start whose instance could not be asked, so that the next try does', async () => {
    ecs.on(DescribeContainerInstancesCommand).rejects(new Error('throttled'));
    await expect(handler(taskRunningEvent({ containerInstanceArn: 'c/1' }))).rejects.toThrow('throttled');
    expect(seen.size).toBe(0);
  });

  it('counts an instance launch once, however often its event comes', async () => {
    await handler(instanceLaunchEvent({}));
    await handler(instanceLaunchEvent({}));
    expect(lines.map((line) => JSON.parse(line)['WarmPoolMiss'])).toEqual([1]);
  });

  it('forgets what it counted, in time', async () => {
    await handler(taskRunningEvent({}));
    const expiresAt = Number(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.Item?.['expiresAt']?.N);
    expect(expiresAt).toBeGreaterThan(Date.now() / 1000);
  });

  it('fails, and emits nothing, when the table cannot be asked', async () => {
    dynamo.on(PutItemCommand).rejects(new Error('throttled'));
    await expect(handler(taskRunningEvent({}))).rejects.toThrow('throttled');
    expect(lines).toEqual([]);
  });
});
