export interface LogsProps {
  /** A retention that CloudWatch Logs knows. @default 30 */
  readonly retentionDays?: number;
}

export interface ColdStartMetricsProps {
  /** p95 from created to running that raises the alarm. @default 10 */
  readonly slowStartSeconds?: number;
  /** SNS topics of the alarms. @default none */
  readonly alarmTopicArns?: readonly string[];
}
