import type { Finding, GuardRail } from './rule';
import { blocks, refersTo, type SeenResource, type StackView } from './stack-view';

/** Every log group has a retention, and every function writes to a log group that the stack owns. */
export const logRetention: GuardRail = (stack) => [
  ...stack.ofType('aws_cloudwatch_log_group').flatMap((group): Finding[] => {
    const days = group.attributes['retention_in_days'];
    return typeof days === 'string' || (typeof days === 'number' && days > 0)
      ? []
      : [
          {
            resource: group,
            rule: `Every log group has a retention: ${group.address} keeps its events for ever`,
            consequence: 'The bill grows every month, and personal data is never removed',
            fix: 'Set retentionInDays',
          },
        ];
  }),
  ...stack.ofType('aws_lambda_function').flatMap((fn): Finding[] =>
    hasLogGroup(stack, fn)
      ? []
      : [
          {
            resource: fn,
            rule: `Every function has a log group of its own: ${fn.address} has none`,
            consequence: 'Lambda creates one that keeps its events for ever and outlives the stack',
            fix: 'Create the function with NodeFunction, or name a CloudwatchLogGroup in loggingConfig.logGroup',
          },
        ],
  ),
];

function hasLogGroup(stack: StackView, fn: SeenResource): boolean {
  const wanted = blocks(fn.attributes['logging_config'])[0]?.['log_group'];
  const groups = stack.ofType('aws_cloudwatch_log_group');
  if (wanted !== undefined)
    return groups.some((group) => refersTo(wanted, group) || group.attributes['name'] === wanted);
  const byDefault = `/aws/lambda/${fn.attributes['function_name']}`;
  return groups.some((group) => group.attributes['name'] === byDefault);
}
