import { declare, type HclModuleStack, logRetention, type ModuleVariable } from '../../parts/hcl-module';
import type { AiShellEcsProps } from '../props';

const variables = {
  cloudwatch_log_group_retention_in_days: {
    description: 'Days that logs are kept',
    type: 'number',
    default: 30,
    validations: [logRetention('cloudwatch_log_group_retention_in_days')],
  },
  cloudwatch_log_group_kms_key_id: {
    description:
      "ARN of the key of the log groups, but that of Exec sessions; its policy must let CloudWatch Logs use it. null for AWS's own",
    nullable: true,
  },
  slow_start_seconds: {
    description: 'p95 of task starts that raises the alarm, in seconds',
    type: 'number',
    default: 10,
  },
  alarm_topic_arns: { description: 'SNS topics of the alarms', type: 'list(string)', default: [] },
} as const satisfies Record<string, ModuleVariable>;

/** Declares whether there are metrics of cold starts, and returns it as an expression. */
export function coldStartMetricsSwitch(stack: HclModuleStack): string {
  stack.variable('create_cold_start_metrics', {
    description: 'Create metrics, alarms and a dashboard of task starts, and the function that counts them',
    type: 'bool',
    default: true,
  });
  return 'var.create_cold_start_metrics';
}

/** What is kept of a shell's output, and who hears of slow starts. */
export function observabilityProps(
  stack: HclModuleStack,
): Pick<AiShellEcsProps, 'logs' | 'coldStartMetrics'> {
  const declared = declare(stack, variables);
  return {
    logs: {
      retentionDays: declared.cloudwatch_log_group_retention_in_days.numberValue,
      kmsKeyArn: declared.cloudwatch_log_group_kms_key_id.stringValue,
    },
    coldStartMetrics: {
      slowStartSeconds: declared.slow_start_seconds.numberValue,
      alarmTopicArns: declared.alarm_topic_arns.listValue,
    },
  };
}
