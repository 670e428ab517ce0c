import { Tokenization } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { deploymentVariables, queueVariables } from '../shared-variables';
import { type FunctionContext, reportWhenEnded, STEP_TIMEOUT_SECONDS } from './function-context';

/** Makes the function that plans a request. */
export function createTask(
  scope: Construct,
  context: FunctionContext,
  report: NodeFunction<Environments['report']>,
): NodeFunction<Environments['task']> {
  const { grants, props } = context;
  const { invalidationWaitSeconds, names, queue, store } = props;
  return new NodeFunction<Environments['task']>(scope, 'task', {
    ...context.common,
    functionName: names('insert_tasks_to_queue'),
    description: 'Resolves PoPs, invalidates once, cuts slices and queues them',
    bundle: 'prewarm-task',
    // Called by itself without waiting for it, where an invalidation is waited for.
    onFailureArn: queue.failedEvents.arn,
    environment: {
      ...deploymentVariables(props),
      BUCKET: store.bucket.bucket,
      ...context.edges,
      ...queueVariables(queue),
      REPORT_FUNCTION_NAME: report.function.functionName,
      INVALIDATION_WAIT_SECONDS: Tokenization.stringifyNumber(invalidationWaitSeconds),
    },
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
    vcpus: 1,
    statements: [
      ...context.readEdges(),
      grants.readRequests(),
      grants.changeRequests(),
      grants.readPops(),
      grants.writePops(),
      grants.readBlobs(['original_urls.txt', 'success_urls.txt', 'sizing/*']),
      grants.writeBlobs(['success_urls.txt', 'failed_urls.txt']),
      grants.findBlobs(),
      grants.putOnQueue(queue.tasks.arn, 'QueueSlices'),
      grants.readStream('ReadRequestStream', store.requests.streamArn),
      grants.findDistributions(),
      grants.invalidate(),
      {
        sid: 'WaitOffTheStream',
        actions: ['lambda:InvokeFunction'],
        resources: [context.arnOf('insert_tasks_to_queue')],
      },
      reportWhenEnded(report),
      grants.keepFailedEvents(),
    ],
  });
}
