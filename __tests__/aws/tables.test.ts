import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { HeaderCipher } from '../../lambdas/prewarm/aws/header-cipher';
import { DynamoPopStore } from '../../lambdas/prewarm/aws/pop-store';
import { DynamoRequestStore } from '../../lambdas/prewarm/aws/request-store';
import { DynamoSliceLedger } from '../../lambdas/prewarm/aws/slice-ledger';
import { popCode, type RequestId, requestId, sliceId } from '../../lambdas/prewarm/engine/model/ids';
import type { RequestRecord } from '../../lambdas/prewarm/engine/model/request';
import type { SliceResult } from '../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally } from '../../lambdas/prewarm/engine/model/tally';
import { makeKey, makeTables } from './support/resources';

function record(name: string, createdAt = 1_000): RequestRecord {
  return {
    id: requestId(name),
    spec: {
      distributionDomain: 'd111.cloudfront.net',
      cfDomain: 'www.example.com',
      aliases: [],
      pops: [popCode('FRA56-P4'), popCode('LHR50-P1')],
      headers: [],
      encodings: ['browser'],
      verify: 'none',
      skipWarm: false,
      needInvalidate: false,
      instanceCount: 2,
      timeoutMinutes: 5,
      sources: [],
    },
    status: 'CREATED',
    createdAt,
    timeoutAt: createdAt + 300_000,
    updatedAt: createdAt,
    acceptedUrlCount: 3,
    urlBytes: 0,
    failedUrlCount: 0,
    progress: emptyTally(),
    countedSlices: 0,
    reported: false,
  };
}

function withHeaders(base: RequestRecord): RequestRecord {
  return {
    ...base,
    spec: { ...base.spec, headers: [{ name: 'authorization', value: 'Bearer s3cret' }] },
  };
}

function result(id: RequestId, pop: string, index: number): SliceResult {
  const tally = emptyTally();
  for (let fetch = 0; fetch <= index % 3; fetch += 1)
    addOutcome(tally, { kind: 'warmed', status: 200, bytes: 10, durationMs: 5 * (index + 1) });
  return {
    requestId: id,
    sliceId: sliceId(popCode(pop), index),
    pop: popCode(pop),
    tally,
    finishedAt: 2_000,
  };
}

describe('requests, PoPs and slices in DynamoDB', () => {
  let requests: DynamoRequestStore;
  let pops: DynamoPopStore;
  let ledger: DynamoSliceLedger;
  let requestTable: string;
  const client = new DynamoDBClient({});
  const clock = { now: () => 5_000 };

  beforeAll(async () => {
    const tables = await makeTables(client);
    requestTable = tables.requestTable;
    const headers = new HeaderCipher(new KMSClient({}), await makeKey());
    requests = new DynamoRequestStore(client, { table: requestTable, retentionDays: 7, headers, clock });
    pops = new DynamoPopStore(client, { table: tables.popTable, retentionDays: 7 });
    ledger = new DynamoSliceLedger(client, requests, { ...tables, retentionDays: 7, clock });
  });

  function putPops(id: RequestId, codes: readonly string[]): Promise<void> {
    return pops.putAll(
      codes.map((code) => ({
        requestId: id,
        pop: popCode(code),
        status: 'SUCCESS',
        addresses: ['192.0.2.1'],
        createdAt: 1_000,
        progress: emptyTally(),
      })),
    );
  }

  it('gives a request back as it was stored', async () => {
    const stored = withHeaders(record('as-stored'));
    expect(await requests.create(stored)).toEqual({ created: true, id: stored.id });
    expect(await requests.get(stored.id)).toEqual(stored);
  });

  it('keeps the value of a header out of the table', async () => {
    await requests.create(withHeaders(record('secret')));
    const { Items = [] } = await client.send(new ScanCommand({ TableName: requestTable }));
    expect(JSON.stringify(Items)).not.toContain('s3cret');
    expect(
      Buffer.concat(Items.flatMap(({ headers_sealed }) => headers_sealed?.B ?? [])).toString(),
    ).not.toContain('s3cret');
  });

  it('drops sealed headers with the final status', async () => {
    const { id } = withHeaders(record('ends'));
    await requests.create(withHeaders(record('ends')));
    async function sealed() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: requestTable }));
      return Items.filter(({ req_id }) => req_id?.S === id).map(
        ({ headers_sealed }) => headers_sealed !== undefined,
      );
    }
    expect(await sealed()).toEqual([true]);
    expect(await requests.advance(id, 'STOPPED')).toBe('advanced');
    expect(await sealed()).toEqual([false]);
  });

  it('refuses headers that were sealed for another request', async () => {
    const cipher = new HeaderCipher(new KMSClient({}), await makeKey());
    const sealed = await cipher.seal(requestId('a'), [{ name: 'cookie', value: 'x' }]);
    await expect(cipher.open(requestId('b'), sealed)).rejects.toThrow();
  });

  it('answers the first request for a second one with its idempotency key', async () => {
    const first = record('first-of-key');
    const spec = { ...first.spec, idempotencyKey: 'key-1' };
    expect((await requests.create({ ...first, spec })).created).toBe(true);
    const second = record('second-of-key');
    expect(await requests.create({ ...second, spec })).toEqual({ created: false, id: first.id });
    expect(await requests.get(second.id)).toBeUndefined();
  });

  it('moves the status forward only, and forgets the cursor with it', async () => {
    const { id } = record('forward');
    await requests.create(record('forward'));
    expect(await requests.patch(id, 'CREATED', { cursor: 'c' })).toBe('patched');
    expect((await requests.get(id))?.cursor).toBe('c');
    expect(await requests.advance(id, 'CHECK_POP', { urlBytes: 9 })).toBe('advanced');
    expect(await requests.get(id)).toMatchObject({ status: 'CHECK_POP', urlBytes: 9, updatedAt: 5_000 });
    expect((await requests.get(id))?.cursor).toBeUndefined();
    expect(await requests.advance(id, 'CREATED')).toBe('refused');
    expect(await requests.advance(id, 'STOPPED', { stopReason: 'asked' })).toBe('advanced');
    expect(await requests.advance(id, 'FINISHED')).toBe('refused');
    expect(await requests.patch(id, 'CHECK_POP', { message: 'late' })).toBe('refused');
  });

  it('counts a request as active until it ends', async () => {
    const { id } = record('active');
    await requests.create(record('active'));
    expect((await requests.active()).map((request) => request.id)).toContain(id);
    await requests.advance(id, 'FINISHED');
    expect((await requests.active()).map((request) => request.id)).not.toContain(id);
  });

  it('lists the newest first, page by page', async () => {
    for (const [name, at] of [
      ['page-1', 10_000],
      ['page-2', 20_000],
      ['page-3', 30_000],
    ] as const)
      await requests.create(record(name, at));
    const first = await requests.list({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(['page-3', 'page-2']);
    const second = await requests.list({ limit: 1, after: first.next! });
    expect(second.items.map(({ id }) => id)).toEqual(['page-1']);
  });

  it('leaves a PoP that is there as it is', async () => {
    const id = requestId('pops');
    await putPops(id, ['LHR50-P1', 'FRA56-P4']);
    await pops.putAll([
      {
        requestId: id,
        pop: popCode('FRA56-P4'),
        status: 'FAILED',
        addresses: [],
        createdAt: 9,
        progress: emptyTally(),
      },
    ]);
    const stored = await pops.all(id);
    expect(stored.map(({ pop, status }) => [pop, status])).toEqual([
      ['FRA56-P4', 'SUCCESS'],
      ['LHR50-P1', 'SUCCESS'],
    ]);
  });

  it('counts every slice once, whoever asks and however often', async () => {
    const { id } = record('count');
    await requests.create(record('count'));
    const codes = ['FRA56-P4', 'LHR50-P1', 'NRT51-P2'];
    await putPops(id, codes);
    const results = codes.flatMap((pop) => Array.from({ length: 70 }, (_, index) => result(id, pop, index)));
    expect(await Promise.all(results.map((each) => ledger.record(each)))).toEqual(
      results.map(() => 'recorded'),
    );
    expect(await ledger.record(results[0]!)).toBe('duplicate');
    const ids = results.map((each) => each.sliceId);

    await Promise.all([
      ledger.count(id, ids),
      ledger.count(id, ids.slice(50)),
      ledger.count(id, ids.slice(0, 120)),
    ]);
    const counted = await ledger.count(id, ids);

    const fetches = results.reduce((sum, { tally }) => sum + tally.fetches, 0);
    expect(counted).toMatchObject({ countedSlices: 210, progress: { fetches, bytes: fetches * 10 } });
    const perPop = await pops.all(id);
    expect(perPop.map(({ progress }) => progress.fetches)).toEqual(codes.map(() => fetches / 3));
    expect(perPop[0]!.progress.latency).toEqual(
      results.slice(0, 70).reduce<Record<string, number>>((sum, { tally }) => {
        for (const [bucket, count] of Object.entries(tally.latency)) sum[bucket] = (sum[bucket] ?? 0) + count;
        return sum;
      }, {}),
    );
    for await (const slice of ledger.uncounted(id)) throw new Error(`${slice} is uncounted`);
    const read: string[] = [];
    for await (const { sliceId: each } of ledger.results(id)) read.push(each);
    expect(read).toEqual([...ids].sort());
  });
});
