export interface GatewayDocumentProps {
  readonly title: string;
  readonly functionArn: string;
  readonly partition: string;
  readonly region: string;
  /** Makes the API answer through this endpoint only. */
  readonly vpcEndpointId?: string;
}

const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/prewarm': ['post', 'get', 'delete'],
  '/instances': ['get', 'post'],
  '/summary': ['get'],
  '/requests': ['get'],
  '/pops': ['get'],
  '/estimate': ['post'],
  '/lists': ['post'],
  '/openapi.json': ['get'],
};

/** The OpenAPI document as API Gateway imports it: every method needs the key and goes to the one function. */
export const gatewayDocument = (props: GatewayDocumentProps): object => ({
  openapi: '3.0.1',
  info: { title: props.title, version: '1' },
  paths: Object.fromEntries(
    Object.entries(ROUTES).map(([path, methods]) => [
      path,
      Object.fromEntries(methods.map((method) => [method, operation(props)])),
    ]),
  ),
  components: {
    securitySchemes: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
  },
});

const operation = (props: GatewayDocumentProps): object => ({
  security: [{ api_key: [] }],
  responses: { default: { description: 'See the body' } },
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    passthroughBehavior: 'when_no_match',
    uri: `arn:${props.partition}:apigateway:${props.region}:lambda:path/2015-03-31/functions/${props.functionArn}/invocations`,
  },
});
