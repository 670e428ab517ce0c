import { DescribeContainerInstancesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { type InstanceOrigin, originOf } from './instance-origin';

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html */
const INSTANCES_PER_CALL = 100;

/** Origins of container instances of one cluster by ARN; those that ECS has forgotten, or that do not say, are absent. */
export async function readOrigins(
  ecs: ECSClient,
  cluster: string,
  containerInstanceArns: readonly string[],
): Promise<ReadonlyMap<string, InstanceOrigin>> {
  const origins = new Map<string, InstanceOrigin>();
  for (let start = 0; start < containerInstanceArns.length; start += INSTANCES_PER_CALL) {
    const { containerInstances = [] } = await ecs.send(
      new DescribeContainerInstancesCommand({
        cluster,
        containerInstances: containerInstanceArns.slice(start, start + INSTANCES_PER_CALL),
      }),
    );
    for (const { containerInstanceArn, attributes } of containerInstances) {
      const origin = originOf(attributes);
      if (containerInstanceArn !== undefined && origin !== undefined)
        origins.set(containerInstanceArn, origin);
    }
  }
  return origins;
}
