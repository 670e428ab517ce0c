import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { readWebhookParameter } from '../../../../lambdas/prewarm/functions/webhook-key';

const ARN = 'arn:aws:ssm:eu-central-1:111111111111:parameter/prewarm/webhook-secret';
const KEY = Buffer.alloc(32, 7);
const ssm = mockClient(SSMClient);

beforeEach(() => ssm.reset());

it('the key of webhooks is that in the parameter, decrypted', async () => {
  ssm
    .on(GetParameterCommand, { Name: ARN, WithDecryption: true })
    .resolves({ Parameter: { Value: `whsec_${KEY.toString('base64')}\n` } });
  expect(Buffer.from(await readWebhookParameter(ARN))).toEqual(KEY);
});

it.each([
  ['nothing', undefined],
  ['too short a secret', 'whsec_c2hvcnQ='],
  ['another text', 'hunter2'],
])('a parameter with %s is refused, without its value', async (_, Value) => {
  ssm.on(GetParameterCommand).resolves({ Parameter: Value === undefined ? {} : { Value } });
  const refused = await readWebhookParameter(ARN).catch((error: Error) => error.message);
  expect(refused).toMatch(/holds no webhook secret; allowed is whsec_/);
  if (Value !== undefined) expect(refused).not.toContain(Value);
});
