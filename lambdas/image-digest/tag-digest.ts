import { DescribeImagesCommand, type ECRClient, ImageNotFoundException } from '@aws-sdk/client-ecr';
import type { PushedTag } from './pushed-image';

/** Returns the digest that the tag names now; `undefined` when the tag is gone. */
export async function digestOf(
  client: ECRClient,
  { repositoryName, tag }: PushedTag,
): Promise<string | undefined> {
  try {
    const { imageDetails } = await client.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: tag }] }),
    );
    return imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (error instanceof ImageNotFoundException) return undefined;
    throw error;
  }
}
