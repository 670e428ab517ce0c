import { Fn, Op, Token } from 'cdktf';
import prewarmApi from '../../lambdas/prewarm/openapi/prewarm-api.json';

/** An operation of a path. */
interface OpenApiOperation {
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tags?: readonly string[];
  readonly [field: string]: unknown;
}

/** What the committed document is read as. */
interface OpenApiDocument {
  readonly openapi: string;
  readonly servers: readonly object[];
  readonly tags: readonly object[];
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> };
}

export interface GatewayDocumentProps {
  readonly title: string;
  readonly functionArn: string;
  readonly partition: string;
  readonly region: string;
  readonly authorization: 'api-key' | 'iam';
}

const VALIDATOR = 'parameters';

/**
 * Paths whose messages for a missing parameter are part of the compatible API: the function answers them, where the
 * gateway would answer in words of its own. Bodies are never checked by the gateway, because they may be compressed.
 */
const COMPATIBLE_PATHS: ReadonlySet<string> = new Set(['/prewarm', '/summary', '/instances']);

/** What the gateway answers by itself (no key, no such route, too many requests, too large), in the API's failure body. */
const GATEWAY_RESPONSES = {
  DEFAULT_4XX: failure('$context.error.messageString'),
  DEFAULT_5XX: failure('$context.error.messageString'),
  REQUEST_TOO_LARGE: failure(
    JSON.stringify(
      'The body is larger than 4,700,000 bytes, which is what an invocation holds. Send it compressed (Content-Encoding: gzip), or upload the list: POST /lists.',
    ),
  ),
};

/** @param message as JSON, or what the gateway puts JSON in place of */
function failure(message: string) {
  return {
    responseParameters: { 'gatewayresponse.header.x-request-id': 'context.requestId' },
    responseTemplates: {
      'application/json': `{"status":"failure","timestamp":"$context.requestTime","message":${message}}`,
    },
  };
}

/**
 * Returns the OpenAPI document as API Gateway imports it: every method needs the key and goes to the one function.
 * Without the
 * schemas of bodies: the gateway would check none, and refuses an API whose models use what its own dialect lacks.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function gatewayDocument(props: GatewayDocumentProps): object {
  const { servers: _, tags: __, ...document }: OpenApiDocument = prewarmApi;
  const { securitySchemes } = document.components;
  const [keyScheme = ''] = Object.keys(securitySchemes);
  return {
    ...document,
    components: { securitySchemes },
    info: { ...document.info, title: props.title },
    paths: mapPaths(document, (path, { requestBody: ___, tags: ____, responses, ...operation }) => ({
      ...operation,
      responses: withoutContent(responses),
      security: [{ [keyScheme]: [] }],
      ...signatureOf(props.authorization),
      ...(COMPATIBLE_PATHS.has(path) ? {} : { 'x-amazon-apigateway-request-validator': VALIDATOR }),
      'x-amazon-apigateway-integration': {
        type: 'aws_proxy',
        httpMethod: 'POST',
        passthroughBehavior: 'when_no_match',
        uri: `arn:${props.partition}:apigateway:${props.region}:lambda:path/2015-03-31/functions/${props.functionArn}/invocations`,
      },
    })),
    'x-amazon-apigateway-request-validators': {
      [VALIDATOR]: { validateRequestParameters: true, validateRequestBody: false },
    },
    'x-amazon-apigateway-gateway-responses': GATEWAY_RESPONSES,
  };
}

/** Whether callers sign their requests; where only Terraform knows, it says so by the type that means no. */
function signatureOf(authorization: GatewayDocumentProps['authorization']): object {
  if (Token.isUnresolved(authorization)) {
    const type = Token.asString(Fn.conditional(Op.eq(authorization, 'iam'), 'AWS_IAM', 'NONE'));
    return { 'x-amazon-apigateway-auth': { type } };
  }
  return authorization === 'iam' ? { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } : {};
}

function withoutContent(responses: OpenApiOperation['responses']): OpenApiOperation['responses'] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content: _, ...response }]) => [status, response]),
  );
}

function mapPaths(
  { paths }: Pick<OpenApiDocument, 'paths'>,
  change: (path: string, operation: OpenApiOperation) => OpenApiOperation,
): OpenApiDocument['paths'] {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, change(path, operation)]),
      ),
    ]),
  );
}
