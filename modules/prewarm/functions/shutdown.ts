import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { deploymentVariables } from '../shared-variables';
import { type FunctionContext, reportWhenEnded } from './function-context';

/** Makes the function that a deadline calls. */
export function createShutdown(
  scope: Construct,
  context: FunctionContext,
  report: NodeFunction<Environments['report']>,
): NodeFunction<Environments['shutdown']> {
  const { grants, props } = context;
  const { names, queue } = props;
  return new NodeFunction<Environments['shutdown']>(scope, 'shutdown', {
    onFailureArn: queue.failedEvents.arn,
    ...context.common,
    functionName: names('scheduler_to_stop'),
    description: 'Stops a request at its deadline, from any status',
    bundle: 'prewarm-shutdown',
    environment: {
      ...deploymentVariables(props),
      REPORT_FUNCTION_NAME: report.function.functionName,
    },
    timeoutSeconds: 300,
    statements: [
      grants.readRequests(),
      grants.changeRequests(),
      grants.changePops(),
      grants.listTasks(),
      grants.readTasks(),
      grants.markTasks(),
      reportWhenEnded(report),
      grants.keepFailedEvents(),
    ],
  });
}
