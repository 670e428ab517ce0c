/** The group and its warm pool: which hosts there are and where, and how those of the pool are retired. */
import {
  type AutoScalingClient,
  AutoScalingServiceException,
  DescribeAutoScalingGroupsCommand,
  DescribeWarmPoolCommand,
  type Instance,
  SetInstanceHealthCommand,
} from '@aws-sdk/client-auto-scaling';
import { WarmpathError } from '../../errors/warmpath-error';
import { sizesOf } from '../../warm-pool/aws/pool';
import type { PoolSizes } from '../../warm-pool/plan/pool-plan';
import type { Host, HostPlace } from '../plan/state';

export interface GroupHosts {
  readonly hosts: readonly Pick<Host, 'id' | 'place'>[];
  /** `undefined` without a pool. */
  readonly pool: PoolSizes | undefined;
}

/**
 * Returns where a host is by Auto Scaling's word for its state.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
 */
export function placeOf(lifecycleState: string): HostPlace {
  switch (lifecycleState) {
    case 'InService':
      return 'in-service';
    case 'Pending':
    case 'Pending:Wait':
    case 'Pending:Proceed':
      return 'launching';
    case 'Warmed:Stopped':
    case 'Warmed:Hibernated':
      return 'pool-asleep';
    case 'Warmed:Running':
      return 'pool-awake';
    case 'Warmed:Pending':
    case 'Warmed:Pending:Wait':
    case 'Warmed:Pending:Proceed':
      return 'pool-launching';
    default:
      return 'leaving';
  }
}

function placed(instances: readonly Instance[]): Pick<Host, 'id' | 'place'>[] {
  return instances.flatMap(({ InstanceId, LifecycleState = '', HealthStatus }) =>
    InstanceId === undefined
      ? []
      : // What is to be replaced takes no more tasks, and is no more of the pool.
        [{ id: InstanceId, place: HealthStatus === 'Unhealthy' ? 'leaving' : placeOf(LifecycleState) }],
  );
}

async function readPool(client: AutoScalingClient, group: string): Promise<GroupHosts> {
  const hosts: Pick<Host, 'id' | 'place'>[] = [];
  let pool: PoolSizes | undefined;
  let next: string | undefined;
  do {
    const page = await client.send(
      new DescribeWarmPoolCommand({ AutoScalingGroupName: group, ...(next && { NextToken: next }) }),
    );
    hosts.push(...placed(page.Instances ?? []));
    pool = sizesOf(page.WarmPoolConfiguration);
    next = page.NextToken;
  } while (next !== undefined);
  return { hosts, pool };
}

/** @throws when there is no such group */
export async function readGroup(client: AutoScalingClient, group: string): Promise<GroupHosts> {
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
  );
  const [found] = AutoScalingGroups;
  if (found === undefined)
    throw new WarmpathError(
      'NOT_FOUND',
      `group: got ${group}; allowed: an Auto Scaling group of this Region; apply the stack again`,
    );
  const serving = placed(found.Instances ?? []);
  if (found.WarmPoolConfiguration === undefined) return { hosts: serving, pool: undefined };
  const { hosts, pool } = await readPool(client, group);
  return { hosts: [...serving, ...hosts], pool };
}

/** Whether Auto Scaling knows an instance no more. */
function isGone(error: unknown): boolean {
  return (
    error instanceof AutoScalingServiceException &&
    error.name === 'ValidationError' &&
    /not found/i.test(error.message)
  );
}

/** Has hosts of the pool replaced; each is looked at again just before, since a scale-out may have drawn it. */
export async function retireFromPool(
  client: AutoScalingClient,
  group: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const retired: string[] = [];
  for (const id of ids) {
    const { hosts } = await readPool(client, group);
    if (hosts.find((host) => host.id === id)?.place !== 'pool-asleep') continue;
    try {
      await client.send(
        new SetInstanceHealthCommand({
          InstanceId: id,
          HealthStatus: 'Unhealthy',
          ShouldRespectGracePeriod: false,
        }),
      );
      retired.push(id);
    } catch (error) {
      // It went between the look and the call.
      if (!isGone(error)) throw error;
    }
  }
  return retired;
}
