import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudFrontInvalidator } from '../../../../lambdas/prewarm/aws/invalidator';
import { requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import type { InvalidationOutcome } from '../../../../lambdas/prewarm/engine/ports/invalidator';
import { type ScriptedAnswer, type ScriptedService, startScriptedService } from './scripted-service';

const XMLNS = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';
const FIND = 'GET /2020-05-31/distribution';
const CREATE = 'POST /2020-05-31/distribution/E1/invalidation';
const LOOK = 'GET /2020-05-31/distribution/E1/invalidation/I1';

function refusal(status: number, code: string): ScriptedAnswer {
  return {
    status,
    body: `<ErrorResponse ${XMLNS}><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}

function invalidation(status: string): ScriptedAnswer {
  return {
    status: 200,
    body: `<Invalidation ${XMLNS}><Id>I1</Id><Status>${status}</Status></Invalidation>`,
  };
}

const FOUND: ScriptedAnswer = {
  status: 200,
  body: `<DistributionList ${XMLNS}><IsTruncated>false</IsTruncated><Items><DistributionSummary><Id>E1</Id><DomainName>d1.cloudfront.net</DomainName></DistributionSummary></Items></DistributionList>`,
};

const THROTTLED = refusal(400, 'Throttling');
const TOO_MANY = refusal(400, 'TooManyInvalidationsInProgress');

describe('an invalidation that CloudFront has no time for', () => {
  /** Per call, given out one after the other; the last one stays. */
  let answers: Record<string, ScriptedAnswer[]>;
  let service: ScriptedService;
  let client: CloudFrontClient;
  let now: number;
  let calls: string[];

  beforeAll(async () => {
    service = await startScriptedService((call) => {
      calls.push(call);
      const left = answers[call] ?? [];
      return (left.length > 1 ? left.shift() : left[0]) ?? refusal(404, 'NotFound');
    });
    client = new CloudFrontClient({ ...service.config, maxAttempts: 1 });
  });
  beforeEach(() => {
    now = 0;
    calls = [];
    answers = {
      [FIND]: [FOUND],
      [CREATE]: [invalidation('InProgress')],
      [LOOK]: [invalidation('Completed')],
    };
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  function invalidate(): Promise<InvalidationOutcome> {
    return new CloudFrontInvalidator(client, {
      waitMs: 60_000,
      clock: {
        now: () => now,
        monotonicMs: () => now,
        random: () => 0,
        sleep: async (ms) => {
          now += ms;
        },
      },
    }).invalidate(
      requestId('i'),
      'd1.cloudfront.net',
      (async function* () {
        yield '/a';
      })(),
    );
  }
  function timesOf(call: string): number {
    return calls.filter((seen) => seen === call).length;
  }

  it.each([
    ['Throttling', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
    ['TooManyRequestsException', 400],
    ['Whatever', 429],
    ['InternalError', 500],
    ['ServiceUnavailable', 503],
  ])('is done once %s (%i) is over, at each of its calls', async (code, status) => {
    const busy = refusal(status, code);
    for (const call of [FIND, CREATE, LOOK]) answers[call]?.unshift(busy, busy);
    expect(await invalidate()).toEqual({ kind: 'done', paths: 1 });
    expect([FIND, CREATE, LOOK].map(timesOf)).toEqual([3, 3, 3]);
    expect(now).toBe(30_000);
  });

  it('is done once earlier invalidations make room', async () => {
    answers[CREATE]?.unshift(TOO_MANY, TOO_MANY);
    expect(await invalidate()).toEqual({ kind: 'done', paths: 1 });
  });

  it('is refused where earlier ones make no room in time', async () => {
    answers[CREATE] = [TOO_MANY];
    expect(await invalidate()).toEqual({
      kind: 'refused',
      message: expect.stringContaining('too many invalidations in progress'),
    });
    expect(now).toBe(60_000);
  });

  it.each([FIND, CREATE])(
    'is left to another run of the step when it is throttled to the end at %s',
    async (call) => {
      answers[call] = [THROTTLED];
      await expect(invalidate()).rejects.toMatchObject({ name: 'Throttling' });
      expect(now).toBe(60_000);
    },
  );

  it.each([
    ['in progress', invalidation('InProgress')],
    ['unknown, because looking is throttled,', THROTTLED],
  ])('is pending where it is %s until the time runs out', async (_, answer) => {
    answers[LOOK] = [answer];
    expect(await invalidate()).toEqual({ kind: 'pending', paths: 1 });
    expect(now).toBe(60_000);
  });

  it('is refused at once by an answer that does not pass', async () => {
    answers[CREATE] = [refusal(403, 'AccessDenied')];
    expect(await invalidate()).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('AccessDenied'),
    });
    expect(now).toBe(0);
  });
});

describe('an invalidation with paths that CloudFront refuses', () => {
  /** What CloudFront took, reference by reference; it takes the same again under the same reference. */
  let taken: Map<string, readonly string[]>;
  let refusals: number;
  let isBad: (path: string) => boolean;
  let service: ScriptedService;
  let client: CloudFrontClient;

  beforeAll(async () => {
    service = await startScriptedService((call, sent) => {
      if (call === FIND) return FOUND;
      if (call === LOOK) return invalidation('Completed');
      const paths = [...sent.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = '']) => path);
      if (paths.some(isBad)) {
        refusals += 1;
        return refusal(400, 'InvalidArgument');
      }
      const reference = /<CallerReference>([^<]*)</.exec(sent)?.[1] ?? '';
      const before = taken.get(reference) ?? paths;
      if (before.join() !== paths.join()) return refusal(400, 'InvalidationBatchAlreadyExists');
      taken.set(reference, paths);
      return invalidation('InProgress');
    });
    client = new CloudFrontClient({ ...service.config, maxAttempts: 1 });
  });
  beforeEach(() => {
    taken = new Map();
    refusals = 0;
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  function invalidate(paths: readonly string[]): Promise<InvalidationOutcome> {
    return new CloudFrontInvalidator(client, {
      waitMs: 60_000,
      clock: { now: () => 0, monotonicMs: () => 0, random: () => 0, sleep: async () => {} },
    }).invalidate(
      requestId('i'),
      'd1.cloudfront.net',
      (async function* () {
        yield* paths;
      })(),
    );
  }
  const paths = Array.from({ length: 3_500 }, (_, index) => `/p/${index}`);

  it('names the bad ones without their queries, and invalidates all others, once each', async () => {
    const listed = [...paths, '/bad/1?token=secret', '/bad/2', '/wild/*'];
    isBad = (path) => path.startsWith('/bad/');
    const outcome = await invalidate(listed);
    expect(outcome).toEqual({
      kind: 'done',
      paths: 3_500,
      warning:
        'CloudFront takes no invalidation of 3 paths, which may be served as before: /wild/*, /bad/1, /bad/2',
    });
    expect([...taken.values()].flat().sort()).toEqual([...paths].sort());
    // A repeat after a crash finds each of them by its reference.
    const calls = taken.size;
    expect(await invalidate(listed)).toEqual(outcome);
    expect(taken.size).toBe(calls);
  });

  it('is refused where there is no other path', async () => {
    isBad = () => true;
    expect(await invalidate(['/bad'])).toEqual({
      kind: 'refused',
      message: 'CloudFront takes no invalidation of 1 path, which may be served as before: /bad',
    });
  });

  it('gives up on a list that is bad as a whole, and names some of it', async () => {
    isBad = () => true;
    expect(await invalidate(paths)).toEqual({
      kind: 'refused',
      message: expect.stringMatching(
        /CloudFront refused \d+ paths, and more: \/p\/0, \/p\/1, .*, \.\.\.: Rate exceeded/,
      ),
    });
    expect(refusals).toBeLessThanOrEqual(200);
    expect(taken.size).toBe(0);
  });
});
