import { gatewayDocument } from '../../../modules/prewarm/gateway-document';
import { resourcePolicy } from '../../../modules/prewarm/resource-policy';
import { synthesize } from './synth';

const PLACE = { partition: 'aws', region: 'eu-central-1', accountId: '111111111111' };
const ROOT = { AWS: 'arn:aws:iam::111111111111:root' };

function statementsOf(policy: string | undefined) {
  return policy === undefined ? undefined : JSON.parse(policy).Statement;
}

function documentFor(authorization: 'api-key' | 'iam') {
  return gatewayDocument({
    title: 'api',
    functionArn: 'arn',
    partition: 'aws',
    region: 'eu-central-1',
    authorization,
  });
}

function operationsOf(document: object): readonly Record<string, unknown>[] {
  const { paths } = document as { readonly paths: Record<string, Record<string, Record<string, unknown>>> };
  return Object.values(paths).flatMap((methods) => Object.values(methods));
}

describe('who may call the API', () => {
  it('is whoever has the key, where nothing else is said', () => {
    expect(resourcePolicy({ kind: 'regional' }, undefined, PLACE)).toBeUndefined();
  });

  it('is bounded to networks before the key is looked at', () => {
    const policy = resourcePolicy(
      { kind: 'regional', allowedCidrBlocks: ['203.0.113.0/24'] },
      undefined,
      PLACE,
    );
    expect(statementsOf(policy)).toMatchObject([
      { Effect: 'Allow', Principal: '*' },
      { Effect: 'Deny', Principal: '*', Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24'] } } },
    ]);
  });

  it('is nobody else of the account beside IAM', () => {
    const access = { kind: 'regional', authorization: 'iam', allowedCidrBlocks: ['203.0.113.0/24'] } as const;
    expect(statementsOf(resourcePolicy(access, undefined, PLACE))[0]).toMatchObject({ Principal: ROOT });
    const behindEndpoint = resourcePolicy({ kind: 'private', authorization: 'iam' }, 'vpce-1', PLACE);
    expect(statementsOf(behindEndpoint)[0]).toMatchObject({ Principal: ROOT });
  });

  it('is who signs, on every method, with IAM', () => {
    for (const operation of operationsOf(documentFor('iam')))
      expect(operation).toMatchObject({
        'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
        security: [{ apiKey: [] }],
      });
    for (const operation of operationsOf(documentFor('api-key')))
      expect(operation).not.toHaveProperty('x-amazon-apigateway-auth');
  });
});

it('the gateway is deployed anew when its binary media types change, which its document does not hold', () => {
  const api = synthesize();
  const { binary_media_types: types } = api.one('aws_api_gateway_rest_api') as {
    readonly binary_media_types: string[];
  };
  expect(types.length).toBeGreaterThan(0);
  expect(api.one('aws_api_gateway_deployment')).toMatchObject({
    triggers: { binaryMediaTypes: types.join(',') },
  });
});

it('the gateway is deployed anew for a policy as it is written: AWS says another text of it, and an apply would end in its middle', () => {
  const api = synthesize({ api: { kind: 'regional', allowedCidrBlocks: ['203.0.113.0/24'] } });
  const { policy } = api.one('aws_api_gateway_rest_api');
  expect(policy).toContain('203.0.113.0/24');
  expect(api.one('aws_api_gateway_deployment')).toMatchObject({ triggers: { policy } });
});

it('the gateway says of a body that is too large where to put it', () => {
  const text = JSON.stringify(documentFor('api-key'));
  const { 'x-amazon-apigateway-gateway-responses': responses } = JSON.parse(text);
  const template = responses.REQUEST_TOO_LARGE.responseTemplates['application/json'];
  expect(JSON.parse(template)).toMatchObject({
    status: 'failure',
    message: expect.stringContaining('POST /lists'),
  });
});
