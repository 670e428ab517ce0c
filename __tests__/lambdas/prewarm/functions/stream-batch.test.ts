import type { DynamoDBRecord } from 'aws-lambda';
import type { Log } from '../../../../lambdas/prewarm/engine/ports/log';
import { requestIdOfEvent } from '../../../../lambdas/prewarm/functions/request-event';
import { requestIdOfRecord, runPerRequest } from '../../../../lambdas/prewarm/functions/stream-batch';

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

function record(key: string, sequence: number): DynamoDBRecord {
  return {
    dynamodb: { Keys: { req_id: { S: key } }, SequenceNumber: String(sequence) },
  };
}

const event = { Records: [record('a', 1), record('b#3', 2), record('a', 3), record('b#7', 4)] };

describe('a batch of a stream', () => {
  it('runs once per request, with the records of all its partitions', async () => {
    const seen: [string, number][] = [];
    const answer = await runPerRequest(event, requestIdOfRecord, quiet, async ({ id, records }) => {
      seen.push([id, records.length]);
    });
    expect(seen).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(answer).toEqual({ batchItemFailures: [] });
  });

  it('asks for the stream again from the first record of what failed, after the others were handled', async () => {
    const seen: string[] = [];
    const answer = await runPerRequest(event, requestIdOfRecord, quiet, async ({ id }) => {
      seen.push(id);
      if (id === 'b') throw new Error('busy');
    });
    expect(seen).toEqual(['a', 'b']);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  });
});

describe('the event of a deadline or a report', () => {
  it('names its request', () => {
    expect(requestIdOfEvent({ requestId: 'x' })).toBe('x');
  });

  it.each([[undefined], [{}], [{ requestId: '' }], [{ requestId: 1 }], ['x']])('is refused as %j', (bad) => {
    expect(() => requestIdOfEvent(bad)).toThrow(TypeError);
  });
});
