import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { RequestRecord } from '../../../../lambdas/prewarm/engine/model/request';
import { systemClock } from '../../../../lambdas/prewarm/runtime/clock';
import { sampleRequest } from '../engine/ports/samples';
import { plainSpec } from '../support/request-spec';

const before = { ...process.env };
const context = { functionName: 'prewarm-task', getRemainingTimeInMillis: () => 900_000 } as Context;
const event = {
  Records: [{ dynamodb: { Keys: { req_id: { S: 'r-1' } }, SequenceNumber: '1' } }],
} as DynamoDBStreamEvent;

/** The function over one stored request, the requests that it planned, and the clients that it has. */
function functionOver(record: RequestRecord) {
  const planned: string[] = [];
  jest.resetModules();
  const sdk: typeof import('@aws-sdk/client-lambda') = require('@aws-sdk/client-lambda');
  const { CloudFrontClient }: typeof import('@aws-sdk/client-cloudfront') =
    require('@aws-sdk/client-cloudfront');
  const lambda = mockClient(sdk.LambdaClient);
  const cloudFront = mockClient(CloudFrontClient);
  jest.doMock('../../../../lambdas/prewarm/functions/runtime', () => ({
    clock: systemClock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    openTables: () => ({ requests: { get: async () => record }, pops: {}, ledger: {} }),
  }));
  jest.doMock('../../../../lambdas/prewarm/engine/flow/plan', () => ({
    planRequest: async (_: unknown, id: string) => void planned.push(id),
  }));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath/Prewarm',
    REQUEST_TABLE: 'requests',
    POP_TABLE: 'pops',
    TASK_TABLE: 'tasks',
    BUCKET: 'bucket',
    QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111111111111/queue',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111111111111/dead',
    REPORT_FUNCTION_NAME: 'prewarm-report',
    INVALIDATION_WAIT_SECONDS: '600',
    RECORD_RETENTION_DAYS: '30',
  });
  const { handler }: typeof import('../../../../lambdas/prewarm/functions/task') =
    require('../../../../lambdas/prewarm/functions/task');
  function calls(): unknown[] {
    return lambda.commandCalls(sdk.InvokeCommand).map(({ args: [{ input }] }) => input);
  }
  return { handler, planned, lambda, cloudFront, calls };
}

afterEach(() => {
  jest.dontMock('../../../../lambdas/prewarm/functions/runtime');
  jest.dontMock('../../../../lambdas/prewarm/engine/flow/plan');
  process.env = { ...before };
});

describe('the Task function', () => {
  it('waits for an invalidation in a call of its own, so that the stream goes on', async () => {
    const record = sampleRequest({ status: 'CHECK_POP', spec: plainSpec({ needInvalidate: true }) });
    const { handler, planned, cloudFront, calls } = functionOver(record);
    expect(await handler(event, context)).toEqual({ batchItemFailures: [] });
    expect(planned).toEqual([]);
    expect(calls()).toEqual([
      { FunctionName: 'prewarm-task', InvocationType: 'Event', Payload: '{"requestId":"r-1"}' },
    ]);
    expect(cloudFront.calls()).toHaveLength(0);
    expect(await handler({ requestId: 'r-1' } as never, context)).toBeUndefined();
    expect(planned).toEqual(['r-1']);
    expect(calls()).toHaveLength(1);
  });

  it.each([
    ['whose list is queued already', { status: 'INSERT_TASK', spec: plainSpec({ needInvalidate: true }) }],
    ['without an invalidation', { status: 'CHECK_POP' }],
  ] as const)('plans a request %s in the batch of the stream', async (_, fields) => {
    const { handler, planned, calls } = functionOver(sampleRequest(fields));
    await handler(event, context);
    expect(planned).toEqual(['r-1']);
    expect(calls()).toHaveLength(0);
  });

  it('has the stream come again where it cannot call itself', async () => {
    const record = sampleRequest({ status: 'CHECK_POP', spec: plainSpec({ needInvalidate: true }) });
    const { handler, lambda, calls } = functionOver(record);
    lambda.onAnyCommand().rejects(new Error('throttled'));
    expect(await handler(event, context)).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
    expect(calls()).toHaveLength(1);
  });
});
