/** What alarms and dashboard are made of. */
import type { CloudwatchMetricAlarmConfig } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';

export const METRICS_NAMESPACE = 'Warmpath/Ecs';

/** Resources that alarms and dashboard watch. */
export interface Watched {
  readonly name: string;
  readonly clusterName: string;
  readonly groupName: string;
  readonly capacityProviderName: string;
  readonly functionName: string;
  readonly slowStartSeconds: number;
  /** Queue of events that nobody could handle. */
  readonly failedEventsQueue: string;
  readonly lowDiskMib: number;
  /** Recipe of the golden AMI; `undefined` without one. */
  readonly goldenAmiRecipe: string | undefined;
  /** `undefined` without a warm pool. */
  readonly warmPoolMinSize: number | undefined;
  /** Whether the pool has another size at other times. */
  readonly isPoolPlanned: boolean;
}

export type AlarmSpec = Omit<CloudwatchMetricAlarmConfig, 'alarmName' | 'evaluationPeriods'> & {
  readonly evaluationPeriods: number;
};
