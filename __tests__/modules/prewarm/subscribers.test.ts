import { synthesize } from './synth';

const QUEUE_ARN = 'arn:aws:sqs:eu-central-1:111111111111:events';

describe('the topic', () => {
  const prewarm = synthesize({
    subscribers: [
      { protocol: 'email', endpoint: 'team@example.com' },
      { protocol: 'https', endpoint: 'https://hooks.example.com:8443/prewarm' },
      { protocol: 'sqs', endpoint: QUEUE_ARN },
      { protocol: 'sqs' },
    ],
  });

  it('signs with SHA-256, is encrypted under a key that alarms may use, and takes nothing without TLS', () => {
    const topic = prewarm.one('aws_sns_topic');
    expect(topic).toMatchObject({
      signature_version: 2,
      kms_master_key_id: expect.stringContaining('aws_kms_key.prewarm_topic_key'),
    });
    const { Statement } = JSON.parse(String(prewarm.one('aws_sns_topic_policy')['policy']));
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: ['sns:Publish'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    expect(String(prewarm.one('aws_kms_key', 'topic')['policy'])).toContain('cloudwatch.amazonaws.com');
  });

  it('tells every subscriber', () => {
    const told = prewarm
      .all('aws_sns_topic_subscription')
      .map(([, { protocol, endpoint }]) => [protocol, endpoint]);
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        ['email', 'team@example.com'],
        ['https', 'https://hooks.example.com:8443/prewarm'],
        ['sqs', QUEUE_ARN],
        ['sqs', expect.stringMatching(/aws_sqs_queue\.prewarm_topic_subscribers_queue\S*\.arn/)],
      ]),
    );
  });

  it('may send to the queue that is made for it, and nobody else may', () => {
    const queue = prewarm.one('aws_sqs_queue', 'subscribers');
    expect(queue).toMatchObject({ name: 'prewarm_event_queue_test', sqs_managed_sse_enabled: true });
    const { Statement } = JSON.parse(String(prewarm.one('aws_sqs_queue_policy', 'subscribers')['policy']));
    const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toEqual([
      expect.objectContaining({
        Principal: { Service: 'sns.amazonaws.com' },
        Action: ['sqs:SendMessage'],
        Condition: { ArnEquals: { 'aws:SourceArn': expect.stringContaining('aws_sns_topic.prewarm_topic') } },
      }),
    ]);
  });

  it('keeps the addresses of subscribers whose order changes', () => {
    function addresses(endpoints: readonly string[]) {
      return synthesize({ subscribers: endpoints.map((endpoint) => ({ protocol: 'email', endpoint })) })
        .all('aws_sns_topic_subscription')
        .map(([address, { endpoint }]) => `${address} ${String(endpoint)}`)
        .sort();
    }
    expect(addresses(['a@example.com', 'b@example.com'])).toEqual(
      addresses(['b@example.com', 'a@example.com']),
    );
  });

  it('refuses subscribers that could not be told', () => {
    function build() {
      return synthesize({
        subscribers: [
          { protocol: 'email', endpoint: 'team' },
          { protocol: 'https', endpoint: 'http://hooks.example.com' },
          { protocol: 'sqs', endpoint: 'events' },
          { protocol: 'email', endpoint: 'a@example.com' },
          { protocol: 'email', endpoint: 'a@example.com' },
        ],
      });
    }
    for (const part of [
      /subscribers\[0\]\.endpoint: got team; allowed for email is an address/,
      /subscribers\[1\]\.endpoint: got http:.*; allowed for https is an https URL/,
      /subscribers\[2\]\.endpoint: got events; allowed for sqs is the ARN of a queue/,
      /subscribers: got email a@example\.com twice/,
    ])
      expect(build).toThrow(part);
  });
});
