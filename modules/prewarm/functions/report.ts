import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { policyDocument } from '../../parts/policy';
import { deploymentVariables, fleetVariables } from '../shared-variables';
import { type FunctionContext, STEP_TIMEOUT_SECONDS } from './function-context';

/** Id of the policy by which the function reads the secret of webhooks. */
export const WEBHOOK_SECRET = 'webhook-secret';

/** Makes the function that settles a request which has ended. */
export function createReport(
  scope: Construct,
  context: FunctionContext,
): NodeFunction<Environments['report']> {
  const { grants, props } = context;
  const { deadlines, names, queue, store, topicArn, topicKeyArn, webhookSecretArn } = props;
  const report = new NodeFunction<Environments['report']>(scope, 'report', {
    // Called without waiting for it; a stream names the queue for each of its readers.
    onFailureArn: queue.failedEvents.arn,
    ...context.common,
    functionName: names('generate_report'),
    description: 'Writes the report of an ended request, removes its deadline and tells the subscribers',
    bundle: 'prewarm-report',
    environment: {
      ...deploymentVariables(props),
      BUCKET: store.bucket.bucket,
      ...fleetVariables(props),
      ...context.extraPops,
      SCHEDULE_GROUP: deadlines.group.name,
      TOPIC_ARN: topicArn,
      ...(webhookSecretArn === undefined ? {} : { WEBHOOK_SECRET_PARAMETER: webhookSecretArn }),
    },
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
    vcpus: 1,
    statements: [
      grants.readRequests(),
      grants.readManyRequests(),
      grants.changeRequests(),
      grants.readPops(),
      grants.listTasks(),
      ...grants.fleet(),
      grants.readBlobs(['failures/*']),
      grants.writeBlobs(['failed_pop_urls.csv', 'report.json', 'report.html']),
      grants.findBlobs(),
      grants.removeDeadline(),
      { sid: 'Notify', actions: ['sns:Publish'], resources: [topicArn] },
      {
        sid: 'EncryptNotifications',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [topicKeyArn],
      },
      grants.keepFailedEvents(),
    ],
  });
  if (webhookSecretArn !== undefined)
    new IamRolePolicy(report, WEBHOOK_SECRET, {
      name: 'webhook-secret',
      role: report.role.name,
      policy: policyDocument({
        sid: 'ReadWebhookSecret',
        actions: ['ssm:GetParameter'],
        resources: [webhookSecretArn],
      }),
    });
  return report;
}
