import { Tokenization } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { deploymentVariables, fleetVariables, queueVariables } from '../shared-variables';
import { API_TIMEOUT_SECONDS, type FunctionContext, reportWhenEnded } from './function-context';

/** Makes the function behind the API. */
export function createApi(
  scope: Construct,
  context: FunctionContext,
  {
    report,
    shutdown,
  }: {
    readonly report: NodeFunction<Environments['report']>;
    readonly shutdown: NodeFunction<Environments['shutdown']>;
  },
): NodeFunction<Environments['api']> {
  const { grants, props } = context;
  const { deadlines, maxListUrls, names, queue, store } = props;
  return new NodeFunction<Environments['api']>(scope, 'api', {
    ...context.common,
    functionName: names('api_handler'),
    description: 'Answers the prewarm API',
    bundle: 'prewarm-api',
    environment: {
      ...deploymentVariables(props),
      BUCKET: store.bucket.bucket,
      ...queueVariables(queue),
      ...fleetVariables(props),
      REPORT_FUNCTION_NAME: report.function.functionName,
      HEADERS_KEY_ARN: store.headersKey.arn,
      ...context.extraPops,
      ...context.edges,
      ...(maxListUrls === undefined ? {} : { MAX_URLS: Tokenization.stringifyNumber(maxListUrls) }),
      SCHEDULE_GROUP: deadlines.group.name,
      SCHEDULE_ROLE_ARN: deadlines.role.arn,
      SHUTDOWN_FUNCTION_ARN: shutdown.arn,
      FAILED_EVENTS_ARN: queue.failedEvents.arn,
    },
    timeoutSeconds: API_TIMEOUT_SECONDS,
    vcpus: 1,
    statements: [
      ...context.readEdges(),
      grants.findDistributions(),
      grants.createRequests(),
      grants.readRequests(),
      grants.readManyRequests(),
      grants.listRequests(),
      grants.changeRequests(),
      grants.readPops(),
      ...grants.fleet(),
      grants.readBlobs(['failed_urls.txt', 'failed_pop_urls.csv', 'report.json', 'report.html']),
      grants.writeBlobs(['original_urls.txt']),
      grants.uploadedLists(),
      grants.removeBlobs(['original_urls.txt']),
      grants.findBlobs(),
      grants.createDeadline(),
      grants.removeDeadline(),
      grants.passDeadlineRole(),
      grants.queueDepth(),
      grants.sealHeaders(),
      reportWhenEnded(report),
    ],
  });
}
