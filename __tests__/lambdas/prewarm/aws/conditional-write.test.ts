import { DynamoDBClient, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { DynamoPopStore } from '../../../../lambdas/prewarm/aws/pop-store';
import { DynamoRequestStore } from '../../../../lambdas/prewarm/aws/request-store';
import { DynamoSliceLedger } from '../../../../lambdas/prewarm/aws/slice-ledger';
import { systemClock } from '../../../../lambdas/prewarm/runtime/clock';
import { frankfurt, newId, samplePop, sampleResult } from '../engine/ports/samples';
import { type ScriptedAnswer, type ScriptedService, startScriptedService } from './scripted-service';

const WRITTEN: ScriptedAnswer = { status: 200, body: '{}' };

function refusal(name: string): ScriptedAnswer {
  return {
    status: 400,
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'x' }),
  };
}

const CONFLICT = refusal('TransactionConflictException');

describe('a write of one row', () => {
  const id = newId();
  /** Given out one per call; the last one stays. */
  let answers: ScriptedAnswer[];
  let calls: number;
  let service: ScriptedService;
  let client: DynamoDBClient;

  beforeAll(async () => {
    service = await startScriptedService(() => {
      calls += 1;
      return (answers.length > 1 ? answers.shift() : answers[0]) ?? WRITTEN;
    });
    client = new DynamoDBClient(service.config);
  });
  beforeEach(() => {
    calls = 0;
    // The pauses are a random share of the longest: none of it.
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  function requests() {
    return new DynamoRequestStore(client, { table: 'requests', retentionDays: 1, clock: systemClock });
  }
  function ledger() {
    return new DynamoSliceLedger(client, requests(), {
      requestTable: 'requests',
      popTable: 'pops',
      taskTable: 'tasks',
      retentionDays: 1,
      clock: systemClock,
    });
  }

  it.each([
    ['moves a request on', () => requests().advance(id, 'CHECK_POP'), 'advanced'],
    ['changes a request', () => requests().patch(id, 'CREATED', { message: 'x' }), 'patched'],
    ['records a slice', () => ledger().record(sampleResult(id, frankfurt, 0)), 'recorded'],
    [
      'puts a PoP',
      () =>
        new DynamoPopStore(client, { table: 'pops', retentionDays: 1 }).putAll([samplePop(id, frankfurt)]),
      undefined,
    ],
  ])('%s though transactions on the same row come first', async (_, write, outcome) => {
    answers = [CONFLICT, CONFLICT, WRITTEN];
    expect(await write()).toBe(outcome);
    expect(calls).toBe(3);
  });

  it('is refused at once where its condition does not hold', async () => {
    answers = [refusal('ConditionalCheckFailedException')];
    expect(await ledger().record(sampleResult(id, frankfurt, 0))).toBe('duplicate');
    expect(calls).toBe(1);
  });

  it('fails with the conflict when that does not end', async () => {
    answers = [CONFLICT];
    await expect(requests().patch(id, 'CREATED', {})).rejects.toThrow(TransactionConflictException);
    expect(calls).toBe(8);
  });
});
