import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { holdPool } from './hold-pool';
import { warmPoolSettings } from './settings';

const settings = warmPoolSettings.parse(process.env);
const hold = holdPool(
  { autoScaling: new AutoScalingClient({}), cloudWatch: new CloudWatchClient({}) },
  settings,
);

/** Holds the pool at its planned size, every minute. Whatever was missed before, it looks at everything anew. */
export function handler(): Promise<void> {
  return hold(Math.floor(Date.now() / 1000));
}
