import { mockClient } from 'aws-sdk-client-mock';
import type { SettleDeps } from '../../../../lambdas/prewarm/engine/flow/settle';
import { requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import type { RequestEnded } from '../../../../lambdas/prewarm/engine/ports/notifier';
import { systemClock } from '../../../../lambdas/prewarm/runtime/clock';

const before = { ...process.env };
const SECRET = Buffer.alloc(32, 7);
const ENDED: RequestEnded = {
  id: requestId('r-1'),
  status: 'FINISHED',
  fetches: 2,
  warm: 2,
  failed: 0,
  bytes: 10,
  notifyUrl: 'https://hooks.example.com/prewarm',
};

/** The function as it settles one request, with what it sent and logged. `secrets` are what its parameter holds in turn. */
function functionWith(secrets: readonly (string | Error)[]) {
  jest.resetModules();
  const sent: (Uint8Array | undefined)[] = [];
  const errors: string[] = [];
  const { SSMClient }: typeof import('@aws-sdk/client-ssm') = require('@aws-sdk/client-ssm');
  const { SNSClient }: typeof import('@aws-sdk/client-sns') = require('@aws-sdk/client-sns');
  const topic = mockClient(SNSClient);
  const left = [...secrets];
  mockClient(SSMClient)
    .onAnyCommand()
    .callsFake(() => {
      const secret = left.shift() ?? new Error('asked too often');
      if (secret instanceof Error) throw secret;
      return { Parameter: { Value: secret } };
    });
  jest.doMock('../../../../lambdas/prewarm/functions/runtime', () => ({
    clock: systemClock,
    log: { info: () => {}, warn: () => {}, error: (event: string) => errors.push(event) },
    openTables: () => ({ requests: { get: async () => undefined }, pops: {}, ledger: {} }),
    openFleet: () => ({}),
  }));
  jest.doMock('../../../../lambdas/prewarm/engine/flow/settle', () => ({
    settleRequest: ({ notifier }: SettleDeps) => notifier.ended(ENDED),
  }));
  jest.doMock('../../../../lambdas/prewarm/net/webhook-notifier', () => ({
    WebhookNotifier: class {
      constructor(private readonly options: { readonly key?: Uint8Array }) {}
      async ended(): Promise<void> {
        sent.push(this.options.key);
      }
    },
  }));
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath/Prewarm',
    REQUEST_TABLE: 'requests',
    POP_TABLE: 'pops',
    TASK_TABLE: 'tasks',
    BUCKET: 'bucket',
    GROUP_NAME: 'group',
    MAX_INSTANCES: '10',
    SCHEDULE_GROUP: 'schedules',
    TOPIC_ARN: 'arn:aws:sns:eu-central-1:111111111111:topic',
    RECORD_RETENTION_DAYS: '30',
    WEBHOOK_SECRET_PARAMETER: '/prewarm/webhook-secret',
  });
  const { handler }: typeof import('../../../../lambdas/prewarm/functions/report') =
    require('../../../../lambdas/prewarm/functions/report');
  return { handler: () => handler({ requestId: 'r-1' }), sent, errors, topic };
}

afterEach(() => {
  jest.restoreAllMocks();
  for (const file of ['functions/runtime', 'engine/flow/settle', 'net/webhook-notifier'])
    jest.dontMock(`../../../../lambdas/prewarm/${file}`);
  process.env = { ...before };
});

describe('the webhook of the Report function', () => {
  it('is signed with the secret, which is read once', async () => {
    const { handler, sent, errors } = functionWith([`whsec_${SECRET.toString('base64')}`]);
    await handler();
    await handler();
    expect(sent.map((key) => Buffer.from(key ?? []))).toEqual([SECRET, SECRET]);
    expect(errors).toEqual([]);
  });

  it('is not sent where the secret cannot be read; the topic is told all the same, and the next one tries again', async () => {
    const secret = `whsec_${SECRET.toString('base64')}`;
    const { handler, sent, errors, topic } = functionWith([new Error('AccessDenied'), 'no secret', secret]);
    await handler();
    await handler();
    expect(sent).toEqual([]);
    expect(errors).toEqual(['webhook-not-signed', 'webhook-not-signed']);
    expect(topic.calls()).toHaveLength(2);
    await handler();
    expect(sent).toHaveLength(1);
  });
});
