/** Which size the pool is to have now: what is planned, with what the launches of the past say. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { readLaunches } from './aws/launches';
import { type WeekOfSizes, weekOfSizes } from './plan/demand';
import { type PlannedPool, type PoolSizes, plannedPool } from './plan/pool-plan';
import type { ParsedPoolSettings } from './settings';

/** The size that is to be now. A problem leaves the configured size. */
export interface Sizing extends PlannedPool {
  readonly problem?: string;
}

/** An hour of the week has one more window with each five minutes: an hour changes little. */
const WEEK_VALID_SECONDS = 3600;

/** Returns what says the size for a time; `undefined` without a pool. What it read of the past it keeps for an hour. */
export function poolSizing(
  client: CloudWatchClient,
  settings: ParsedPoolSettings,
): ((nowSeconds: number) => Promise<Sizing>) | undefined {
  const { GROUP: group, METRICS_NAMESPACE: namespace, POOL_PLAN: plan } = settings;
  if (settings.POOL_MIN_SIZE === '') return undefined;
  const configured: PoolSizes = {
    minSize: Number(settings.POOL_MIN_SIZE),
    maxPrepared: Number(settings.POOL_MAX_PREPARED),
  };
  let known: { readonly sinceSeconds: number; readonly week: WeekOfSizes } | undefined;

  async function weekAt(nowSeconds: number): Promise<WeekOfSizes | undefined> {
    if (plan === undefined || plan.demand === null) return undefined;
    if (known === undefined || nowSeconds - known.sinceSeconds >= WEEK_VALID_SECONDS) {
      const launches = await readLaunches(client, { namespace, group, nowSeconds });
      const week = weekOfSizes(launches, { ...plan.demand, timeZone: plan.timeZone });
      known = { sinceSeconds: nowSeconds, week };
    }
    return known.week;
  }

  return async (nowSeconds) => {
    try {
      return plannedPool(nowSeconds, configured, plan, await weekAt(nowSeconds));
    } catch (error) {
      // A rollout goes on, and a pool keeps a size, also where CloudWatch does not answer or the time zone is none.
      return { sizes: configured, by: 'configured', problem: String(error) };
    }
  };
}

/** Writes what was found at a look; the alarm on a pool off its size counts lines that say as-wanted. */
export function logPool(group: string, outcome: 'as-wanted' | 'refused' | 'failed', said: Sizing): void {
  const { by, problem, sizes } = said;
  const line = { event: 'warm-pool', group, outcome: problem === undefined ? outcome : 'failed' };
  process.stdout.write(`${JSON.stringify({ ...line, by, ...sizes, ...(problem && { problem }) })}\n`);
}
