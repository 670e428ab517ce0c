import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { drive, type RolloutProgress, wordsOf } from './drive';
import { awsPorts, policyOf } from './rollout-ports';
import { imageRolloutSettings } from './settings';

const settings = imageRolloutSettings.parse(process.env);
const ports = awsPorts(
  {
    autoScaling: new AutoScalingClient({}),
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
  const { step, done, document, generation } = progress;
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
  return progress;
}
