/** The configuration of a warm pool. This is the only file that calls PutWarmPool. */
import {
  type AutoScalingClient,
  DescribeWarmPoolCommand,
  InstanceRefreshInProgressFault,
  PutWarmPoolCommand,
  type WarmPoolConfiguration,
  type WarmPoolState,
} from '@aws-sdk/client-auto-scaling';
import type { PoolSizes } from '../plan/pool-plan';

/** Returns the sizes that a pool is configured with; `undefined` without a pool, or while it is deleted. */
export function sizesOf(pool: WarmPoolConfiguration | undefined): PoolSizes | undefined {
  if (pool === undefined || pool.Status === 'PendingDelete') return undefined;
  const { MaxGroupPreparedCapacity = -1, MinSize = 0 } = pool;
  return { minSize: MinSize, maxPrepared: MaxGroupPreparedCapacity };
}

export async function readPoolSizes(
  client: AutoScalingClient,
  group: string,
): Promise<PoolSizes | undefined> {
  const { WarmPoolConfiguration } = await client.send(
    new DescribeWarmPoolCommand({ AutoScalingGroupName: group, MaxRecords: 1 }),
  );
  return sizesOf(WarmPoolConfiguration);
}

/**
 * Gives the pool its sizes, with all four fields: one left out would fall back to a default.
 * @returns whether it has them; an instance refresh lets nobody change a pool while it runs
 */
export async function putPool(
  client: AutoScalingClient,
  group: string,
  sizes: PoolSizes,
  state: WarmPoolState,
): Promise<boolean> {
  try {
    await client.send(
      new PutWarmPoolCommand({
        AutoScalingGroupName: group,
        MinSize: sizes.minSize,
        MaxGroupPreparedCapacity: sizes.maxPrepared,
        PoolState: state,
        InstanceReusePolicy: { ReuseOnScaleIn: false },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof InstanceRefreshInProgressFault) return false;
    throw error;
  }
}
