import { isUnknown, type Rule, rangeRule } from './rule';

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const taskRules: readonly Rule[] = [
  {
    id: 'exec-with-readonly-root',
    problem: ({ task, given: { exec } }) =>
      task?.readonlyRootFilesystem && exec !== false
        ? 'task.readonlyRootFilesystem: got true with ECS Exec; its agent needs to write to the root file system and no session would open; ' +
          'write exec: false, or leave it out'
        : undefined,
  },
  rangeRule(
    'task-stop-timeout',
    'task.stopTimeoutSeconds',
    { min: 1, max: 86_400, unit: 'seconds' },
    ({ task }) => task?.stopTimeoutSeconds,
  ),
  rangeRule(
    'task-cpu',
    'task.cpuUnits',
    { min: 128, max: 196_608, unit: 'CPU units' },
    ({ task }) => task?.cpuUnits,
  ),
  rangeRule(
    'task-memory',
    'task.memoryMib',
    { min: 6, max: 33_554_432, unit: 'MiB' },
    ({ task }) => task?.memoryMib,
  ),
  {
    id: 'exec-key-alias',
    problem: ({ given: { exec } }) =>
      exec === false ||
      exec?.kmsKeyArn === undefined ||
      isUnknown(exec.kmsKeyArn) ||
      /^arn:[^:]+:kms:[^:]+:\d{12}:key\//.test(exec.kmsKeyArn)
        ? undefined
        : `exec.kmsKeyArn: got ${exec.kmsKeyArn}; CloudWatch Logs takes the ARN of a key, neither an alias nor an id; write arn:…:key/…`,
  },
  {
    id: 'exec-record-without-key',
    problem: ({ given: { exec } }) =>
      exec !== false && exec?.retainRecord && exec.kmsKeyArn === undefined
        ? 'exec.retainRecord: got true without exec.kmsKeyArn; the key made here goes with the deployment, and nobody could read what stays; name ' +
          'a key of your own'
        : undefined,
  },
  {
    id: 'exec-record-retention',
    problem: ({ given: { exec } }) => {
      const days = exec === false ? undefined : exec?.recordRetentionDays;
      return days === undefined || isUnknown(days) || RETENTION_DAYS.includes(days)
        ? undefined
        : `exec.recordRetentionDays: got ${days}; CloudWatch Logs knows ${RETENTION_DAYS.join(', ')}; choose one of them`;
    },
  },
  {
    id: 'log-retention',
    problem: ({ logRetentionDays: days }) =>
      isUnknown(days) || RETENTION_DAYS.includes(days)
        ? undefined
        : `logs.retentionDays: got ${days}; CloudWatch Logs knows ${RETENTION_DAYS.join(', ')}; choose one of them`,
  },
];
