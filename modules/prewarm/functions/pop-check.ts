import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import type { PopCheckProps } from '../pop-check';
import type { FunctionContext } from './function-context';

/** Makes the function that asks DNS whether PoPs still have names of their own for a distribution. */
export function createPopCheck(
  scope: Construct,
  context: FunctionContext,
  { distributionDomain }: PopCheckProps,
): NodeFunction<Environments['popCheck']> {
  const { deployment, edges, metricsNamespace, names, queue, store } = context.props;
  return new NodeFunction<Environments['popCheck']>(scope, 'pop-check', {
    ...context.common,
    functionName: names('pop_check'),
    description: 'Asks DNS for the names of PoPs that warming depends on',
    bundle: 'prewarm-pop-check',
    onFailureArn: queue.failedEvents.arn,
    environment: {
      DEPLOYMENT: deployment,
      METRICS_NAMESPACE: metricsNamespace,
      ...context.extraPops,
      ...(edges && { ...context.edges, BUCKET: store.bucket.bucket }),
      DISTRIBUTION_DOMAIN: distributionDomain,
    },
    timeoutSeconds: 300,
    statements: [...context.readEdges(), context.grants.keepFailedEvents()],
  });
}
