export interface LogsProps {
  /** A retention that CloudWatch Logs knows. @default 30 */
  readonly retentionDays?: number;
  /** Encrypts the log groups, but that of Exec sessions, which has its own; its policy must let CloudWatch Logs use it. @default - AWS's own key */
  readonly kmsKeyArn?: string;
}

export interface ColdStartMetricsProps {
  /** p95 from created to running that raises the alarm. @default 10 */
  readonly slowStartSeconds?: number;
  /** SNS topics of the alarms. @default none */
  readonly alarmTopicArns?: readonly string[];
}
