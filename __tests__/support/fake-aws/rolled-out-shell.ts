/** The names that a shell has in tests of its rollout, the settings of its driver, and the driver's clients. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { imageRolloutSettings } from '../../../lambdas/image-rollout/settings';
import type { PoolPlan } from '../../../lambdas/warm-pool/settings';

export const WANTED = '/warmpath/shell/wanted';
export const IMAGES = '/warmpath/shell/images';
export const LOG_GROUP = '/warmpath/shell/prepull';
export const GROUP = 'shell-ecs-asg';

interface ShellOptions {
  readonly platform: 'linux/amd64' | 'linux/arm64';
  readonly pool: { readonly minSize: number; readonly maxPrepared: number };
  readonly waveBytes: number;
  readonly plan?: PoolPlan;
}

export function rolloutSettings({ plan, platform, pool, waveBytes }: ShellOptions) {
  return imageRolloutSettings.parse({
    GROUP,
    WANTED_PARAMETER: WANTED,
    IMAGES_PARAMETER: IMAGES,
    PREPULL_LOG_GROUP: LOG_GROUP,
    CLUSTER: 'shell-ecs',
    TASK_FAMILY: 'shell-shell',
    SERVICE: 'shell',
    PLATFORM: platform,
    IMAGE_LIMIT_BYTES: '20000000000',
    POOL_MIN_SIZE: String(pool.minSize),
    POOL_MAX_PREPARED: String(pool.maxPrepared),
    POOL_STATE: 'Stopped',
    POOL_PLAN: plan === undefined ? '' : JSON.stringify(plan),
    METRICS_NAMESPACE: 'Warmpath/Ecs',
    POOL_RENEWAL: 'renew',
    READY_PERCENT: '100',
    WAVE_BYTES: String(waveBytes),
    HOSTS_TIMEOUT_SECONDS: '3600',
    LAUNCH_TIMEOUT_SECONDS: '1200',
    PREVIOUS_SECONDS: '604800',
  });
}

export function clientsOf(endpoint: string) {
  const config = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  };
  return {
    autoScaling: new AutoScalingClient(config),
    cloudWatch: new CloudWatchClient(config),
    ecr: new ECRClient(config),
    ecs: new ECSClient(config),
    logs: new CloudWatchLogsClient(config),
    ssm: new SSMClient(config),
  };
}
