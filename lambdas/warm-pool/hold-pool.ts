/** One look at the pool, and its new size where it has another one. */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { putPool, readPoolSizes } from './aws/pool';
import { isSameSize } from './plan/pool-plan';
import type { ParsedPoolSettings } from './settings';
import { logPool, poolSizing } from './sizing';

export interface PoolClients {
  readonly autoScaling: AutoScalingClient;
  readonly cloudWatch: CloudWatchClient;
}

/** Returns a look at the pool. Where an instance refresh refuses the new size, the next look tries again. */
export function holdPool(
  { autoScaling, cloudWatch }: PoolClients,
  settings: ParsedPoolSettings,
): (nowSeconds: number) => Promise<void> {
  const { GROUP: group, POOL_STATE: state } = settings;
  const sizingAt = poolSizing(cloudWatch, settings);
  return async (nowSeconds) => {
    const now = await readPoolSizes(autoScaling, group);
    // Without a pool there is nothing to hold: making one would not be in Terraform's plan.
    if (now === undefined || sizingAt === undefined || state === '') return;
    const sizing = await sizingAt(nowSeconds);
    const isThere = isSameSize(now, sizing.sizes) || (await putPool(autoScaling, group, sizing.sizes, state));
    logPool(group, isThere ? 'as-wanted' : 'refused', sizing);
  };
}
