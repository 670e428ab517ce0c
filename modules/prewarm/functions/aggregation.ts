import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { deploymentVariables } from '../shared-variables';
import { type FunctionContext, reportWhenEnded } from './function-context';

/** Makes the function that counts results. */
export function createAggregation(
  scope: Construct,
  context: FunctionContext,
  report: NodeFunction<Environments['report']>,
): NodeFunction<Environments['aggregation']> {
  const { grants, props } = context;
  const { names, store } = props;
  return new NodeFunction<Environments['aggregation']>(scope, 'aggregation', {
    ...context.common,
    functionName: names('get_download_size'),
    description: 'Counts the results of slices exactly once and finishes requests',
    bundle: 'prewarm-aggregation',
    environment: {
      ...deploymentVariables(props),
      REPORT_FUNCTION_NAME: report.function.functionName,
    },
    timeoutSeconds: 300,
    vcpus: 0.5,
    statements: [
      grants.readRequests(),
      grants.changeRequests(),
      grants.changePops(),
      grants.readTasks(),
      grants.markTasks(),
      reportWhenEnded(report),
      grants.readStream('ReadTaskStream', store.tasks.streamArn),
      grants.keepFailedEvents(),
    ],
  });
}
