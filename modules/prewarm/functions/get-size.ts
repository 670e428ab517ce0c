import { Tokenization } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environments } from '../../../lambdas/prewarm/settings';
import { NodeFunction } from '../../parts/node-function';
import { deploymentVariables } from '../shared-variables';
import { type FunctionContext, STEP_TIMEOUT_SECONDS } from './function-context';

/** Makes the function that expands sources and learns sizes. */
export function createGetSize(
  scope: Construct,
  context: FunctionContext,
): NodeFunction<Environments['getSize']> {
  const { grants, props } = context;
  const { maxSourceUrls, names, store } = props;
  return new NodeFunction<Environments['getSize']>(scope, 'get-size', {
    ...context.common,
    functionName: names('get_url_size'),
    description: 'Expands sources and learns the sizes of a new request',
    bundle: 'prewarm-get-size',
    environment: {
      ...deploymentVariables(props),
      BUCKET: store.bucket.bucket,
      ...context.edges,
      HEADERS_KEY_ARN: store.headersKey.arn,
      ...(maxSourceUrls === undefined
        ? {}
        : { MAX_SOURCE_URLS: Tokenization.stringifyNumber(maxSourceUrls) }),
    },
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
    vcpus: 1,
    statements: [
      ...context.readEdges(),
      grants.findDistributions(),
      grants.readRequests(),
      grants.changeRequests(),
      grants.readBlobs(['original_urls.txt', 'sizing/*']),
      grants.writeBlobs(['sizing/*']),
      grants.removeBlobs(['sizing/*']),
      grants.findBlobs(),
      grants.openHeaders(),
      grants.readStream('ReadRequestStream', store.requests.streamArn),
      grants.keepFailedEvents(),
    ],
  });
}
