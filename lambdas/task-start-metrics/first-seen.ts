import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const REMEMBERED_SECONDS = 7 * 24 * 3600;

/** Returns when a key was seen for the first time, in milliseconds since 1970; forgotten a week later. */
export async function firstSeen(
  client: DynamoDBClient,
  table: string,
  key: string,
  nowMillis: number,
): Promise<number> {
  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: key } },
      UpdateExpression:
        'SET firstSeenMillis = if_not_exists(firstSeenMillis, :now), expiresAt = if_not_exists(expiresAt, :then)',
      ExpressionAttributeValues: {
        ':now': { N: String(nowMillis) },
        ':then': { N: String(Math.floor(nowMillis / 1000) + REMEMBERED_SECONDS) },
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Number(Attributes?.['firstSeenMillis']?.N ?? nowMillis);
}
