import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { isSameSize } from '../warm-pool/plan/pool-plan';
import { logPool } from '../warm-pool/sizing';
import { drive, type RolloutProgress, wordsOf } from './drive';
import { awsPorts, policyOf } from './rollout-ports';
import { imageRolloutSettings } from './settings';

const settings = imageRolloutSettings.parse(process.env);
const ports = awsPorts(
  {
    autoScaling: new AutoScalingClient({}),
    cloudWatch: new CloudWatchClient({}),
    ecr: new ECRClient({}),
    ecs: new ECSClient({}),
    logs: new CloudWatchLogsClient({}),
    ssm: new SSMClient({}),
  },
  settings,
);

/**
 * Drives the rollout as far as it goes without waiting: at a change of what is wanted, every minute, and whenever the command asks.
 * Whatever started it, it looks at everything anew. Only one runs at a time, which makes it the one writer of the images document.
 */
export async function handler(): Promise<RolloutProgress> {
  const progress = await drive(ports, policyOf(settings));
  const { step, done, document, generation, pool } = progress;
  if (done.length > 0 || step.kind === 'wait') {
    const line = {
      event: 'rollout',
      group: settings.GROUP,
      generation,
      phase: document.phase,
      done,
      next: wordsOf(step),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
  if (pool !== undefined && settings.POOL_PLAN !== undefined) {
    // While a rollout fills hosts, the pool may be larger on purpose.
    const isThere = document.phase === 'fill' || isSameSize(pool.now, pool.normal);
    logPool(settings.GROUP, isThere ? 'as-wanted' : 'refused', { ...pool, sizes: pool.normal });
  }
  return progress;
}
