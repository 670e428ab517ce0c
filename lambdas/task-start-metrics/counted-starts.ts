import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

const REMEMBERED_SECONDS = 7 * 24 * 3600;

/** Remembers which starts were counted: ECS repeats RUNNING with every change of a task, and events may come twice. */
export class CountedStarts {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** Returns whether this is the first time; false for every later call with the same key. */
  async isFirst(key: string, nowMillis: number): Promise<boolean> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            id: { S: key },
            expiresAt: { N: String(Math.floor(nowMillis / 1000) + REMEMBERED_SECONDS) },
          },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
