import type { HealthyBounds } from './instances';

export interface InstanceRefreshProps extends Partial<HealthyBounds> {
  /**
   * What starts a refresh after the launch template changed. `apply`: Terraform gives the group the new version and starts
   * one; when it fails it stops, and the earlier template has to be applied again. `command`: Terraform leaves the group's
   * version alone after its creation, and the command of the output `instance_refresh_command` brings the new one, with
   * rollback. @default 'apply'
   */
  readonly startedBy?: 'apply' | 'command';
  /** @default - the provider uses the group's health check grace period */
  readonly instanceWarmupSeconds?: number;
  /** Ascending percentages at which the refresh pauses, the last being 100. @default none */
  readonly checkpointPercentages?: readonly number[];
  /** 0-172,800 s. @default 3600 */
  readonly checkpointDelaySeconds?: number;
  /** Back to the version before when the refresh fails; refused with `apply`. @default - whether a command starts it */
  readonly autoRollback?: boolean;
  /** Leaves instances alone that have the version already. @default true */
  readonly skipMatching?: boolean;
  /** Terraform's own default, `Ignore`, would skip every instance that ECS protects. @default 'Refresh' */
  readonly scaleInProtectedInstances?: 'Refresh' | 'Ignore' | 'Wait';
  /** @default 'Terminate' */
  readonly standbyInstances?: 'Terminate' | 'Ignore' | 'Wait';
  /** Up to 10 alarms that fail the refresh. @default - the alarms of the cold-start metrics stay out */
  readonly alarmNames?: readonly string[];
}
