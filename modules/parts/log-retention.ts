import { Token } from 'cdktf';

/** Retentions that CloudWatch Logs knows. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Returns a sentence where CloudWatch Logs does not accept this retention, else nothing. */
export function logRetentionFaults(name: string, days: number | undefined): string[] {
  if (days === undefined || Token.isUnresolved(days) || LOG_RETENTION_DAYS.includes(days)) return [];
  const enough = LOG_RETENTION_DAYS.find((allowed) => allowed >= days) ?? Math.max(...LOG_RETENTION_DAYS);
  return [`${name}: got ${days}; allowed ${LOG_RETENTION_DAYS.join(', ')}; take ${enough}`];
}
