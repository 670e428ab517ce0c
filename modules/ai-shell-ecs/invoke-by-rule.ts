import type { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { Construct } from 'constructs';

/**
 * Sends the rule's events to a function, which nobody but this rule may then invoke through EventBridge. What cannot be
 * delivered goes to the dead letters.
 */
export function invokeByRule(
  scope: Construct,
  id: string,
  rule: CloudwatchEventRule,
  { function: target }: { readonly function: { readonly arn: string; readonly functionName: string } },
  deadLetterArn: string,
): void {
  const permission = new LambdaPermission(scope, `${id}-permission`, {
    functionName: target.functionName,
    action: 'lambda:InvokeFunction',
    principal: 'events.amazonaws.com',
    sourceArn: rule.arn,
  });
  new CloudwatchEventTarget(scope, id, {
    rule: rule.name,
    arn: target.arn,
    deadLetterConfig: { arn: deadLetterArn },
    retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 3600 },
    dependsOn: [permission],
  });
}
