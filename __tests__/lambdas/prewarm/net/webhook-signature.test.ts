import { webhookKey, webhookSignature } from '../../../../lambdas/prewarm/net/webhook-signature';

describe('the signature of a webhook', () => {
  it('is what libraries of Standard Webhooks check', () => {
    const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.alloc(0);
    const sentAt = 1_614_265_330_999;
    const body = '{"test": 2432232314}';
    expect(webhookSignature(key, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt, body })).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it.each([
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    'whsec_not base64 at all, though long enough',
  ])('needs a secret of 24 to 64 bytes in its written form: %j', (secret) => {
    expect(webhookKey(secret)).toBeUndefined();
  });
});
