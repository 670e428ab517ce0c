import { popCode, requestId, sliceId } from '../../../../../lambdas/prewarm/engine/model/ids';
import { OUTCOME_KINDS, type OutcomeKind } from '../../../../../lambdas/prewarm/engine/model/outcome';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure, Slice } from '../../../../../lambdas/prewarm/engine/model/slice';
import { ProgressCollector } from '../../../../../lambdas/prewarm/engine/model/slice-progress';
import type { Tally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { Clock } from '../../../../../lambdas/prewarm/engine/ports/clock';
import type { Transport } from '../../../../../lambdas/prewarm/engine/ports/transport';
import { describeOutcome } from '../../../../../lambdas/prewarm/engine/report/describe-outcome';
import { Governor } from '../../../../../lambdas/prewarm/engine/warming/governor';
import {
  DEFAULT_WARM_LIMITS,
  type WarmLimits,
} from '../../../../../lambdas/prewarm/engine/warming/warm-limits';
import { warmSlice } from '../../../../../lambdas/prewarm/engine/warming/warm-slice';
import { createTransport } from '../../../../../lambdas/prewarm/net/transport';
import { type Fault, type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { until } from '../../../../support/until';
import { plainSpec } from '../../support/request-spec';

const POP = popCode('FRA56-P4');
/** An edge that answers is in time, however busy this machine is. */
const LIMITS: WarmLimits = {
  ...DEFAULT_WARM_LIMITS,
  timeouts: { connectMs: 200_000, headerMs: 200_000, idleMs: 200_000, totalMs: 250_000 },
};

let cdn: LoopbackCdn;
let transport: Transport;
/** What the engine asked to wait, none of which the tests wait for. */
let pauses: number[];

beforeAll(async () => {
  cdn = await startLoopbackCdn({
    pops: ['FRA56-P4'],
    addressesPerPop: 3,
    objects: { '/text': { body: 'word '.repeat(1_000), contentType: 'text/plain' } },
  });
  transport = createTransport({ ca: cdn.caPem });
});
beforeEach(() => {
  cdn.clearFaults();
  cdn.pop(POP).clear();
  pauses = [];
});
afterAll(async () => {
  await transport.close();
  await cdn.close();
});

const clock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms) => {
    pauses.push(ms);
    await new Promise(setImmediate);
  },
  random: () => 0.5,
};

function spec(fields: Partial<RequestSpec> = {}): RequestSpec {
  return plainSpec({ distributionDomain: cdn.distributionDomain, pops: [POP], verify: 'none', ...fields });
}

function slice(): Slice {
  return {
    requestId: requestId('5f0c3b3e-0000-4000-8000-000000000000'),
    id: sliceId(POP, 0),
    pop: POP,
    addresses: cdn.pop(POP).addresses,
    segment: { index: 0, urlCount: 1, startByte: 0, endByte: 1, expectedBytes: 0 },
  };
}

async function* lines(paths: readonly string[]) {
  yield paths.map((path) => (path.includes('://') ? path : `https://${cdn.distributionDomain}${path}`));
}

async function warm(
  paths: readonly string[],
  changes: Partial<RequestSpec> = {},
  options: {
    readonly limits?: WarmLimits;
    readonly signal?: AbortSignal;
    readonly source?: AsyncIterable<readonly string[]>;
  } = {},
) {
  const failures: FetchFailure[] = [];
  const seenBefore = cdn.seen.length;
  const tally = await warmSlice(
    {
      slice: slice(),
      spec: spec(changes),
      lines: options.source ?? lines(paths),
      transport,
      clock,
      governor: new Governor({ limits: options.limits ?? LIMITS, clock }),
      edgePort: cdn.edgePort,
      signal: options.signal,
    },
    { onFailure: (failure) => failures.push(failure) },
  );
  return { tally, failures, requests: cdn.seen.slice(seenBefore) };
}

function counts(tally: { readonly outcomes: Readonly<Record<OutcomeKind, number>> }) {
  return Object.fromEntries(
    OUTCOME_KINDS.filter((kind) => tally.outcomes[kind] > 0).map((kind) => [kind, tally.outcomes[kind]]),
  );
}

describe('warming a slice', () => {
  it('warms every URL in every encoding, and finds all of it warm the second time', async () => {
    const paths = Array.from({ length: 50 }, (_, n) => `/object/${n}?v=1`);
    const encodings = ['browser', 'identity', 'gzip', 'br'] as const;
    const first = await warm(paths, { encodings });
    expect(counts(first.tally)).toEqual({ warmed: 200 });
    expect(first.tally).toMatchObject({ fetches: 200, bytes: 200 * 1_024 });
    expect(first.failures).toEqual([]);
    const second = await warm(paths, { encodings });
    expect(counts(second.tally)).toEqual({ 'already-warm': 200 });
  });

  it('spreads the fetches over all addresses of the PoP', async () => {
    const { requests } = await warm(Array.from({ length: 30 }, (_, n) => `/spread/${n}`));
    // By path: a kept connection that the edge closes meanwhile makes the transport send a request twice.
    const perAddress = cdn
      .pop(POP)
      .addresses.map(
        (at) => new Set(requests.filter(({ address }) => address === at).map(({ path }) => path)).size,
      );
    expect(perAddress).toEqual([10, 10, 10]);
  });

  it('sends the headers of the request, and the encoding in its own words', async () => {
    const headers = [
      { name: 'X-Device', value: 'tv' },
      { name: 'Accept-Encoding', value: 'br;q=1' },
    ];
    const { requests } = await warm(['/text'], { headers, encodings: ['identity', 'header'] });
    expect(requests.map((request) => request.headers['accept-encoding'])).toEqual(['identity', 'br;q=1']);
    expect(requests[0]!.headers).toMatchObject({
      'x-device': 'tv',
      'user-agent': expect.stringContaining('Warmpath'),
    });
  });

  it('warms http URLs through the same addresses', async () => {
    const { tally, requests } = await warm([`http://${cdn.distributionDomain}/plain`]);
    expect(counts(tally)).toEqual({ warmed: 1 });
    expect(requests[0]).toMatchObject({ scheme: 'http', path: '/plain' });
  });

  it('fetches only the first bytes where asked', async () => {
    const { tally, requests } = await warm(['/big'], { rangeBytes: 100, verify: 'all' });
    expect(tally).toMatchObject({ bytes: 100, outcomes: { warmed: 1 } });
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=0-99', 'bytes=0-99']);
  });

  it('does not download what a look shows to be warm', async () => {
    await warm(['/a', '/b']);
    const { tally, requests } = await warm(['/a', '/c'], { skipWarm: true });
    expect(counts(tally)).toEqual({ 'already-warm': 1, warmed: 1 });
    expect(requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /c',
      'HEAD /a',
      'HEAD /c',
    ]);
  });

  it('goes on from what is done, and counts that too', async () => {
    const progress = new ProgressCollector();
    const job = { slice: slice(), transport, clock, edgePort: cdn.edgePort };
    const governor = new Governor({ limits: LIMITS, clock });
    const paths = Array.from({ length: 20 }, (_, n) => `/resumed/${n}`);
    const encodings = ['identity', 'br'] as const;
    cdn.inject({ fault: { kind: 'status', status: 404 }, path: '/resumed/3' });
    const sinks = { onFailure: () => {}, progress };
    await warmSlice({ ...job, governor, spec: spec({ encodings }), lines: lines(paths.slice(0, 5)) }, sinks);
    const before = progress.take()!;
    expect([...before.done].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(before.failures.map(({ encoding }) => encoding).sort()).toEqual(['br', 'identity']);
    const seenBefore = cdn.seen.length;
    const resume = { done: new Set(before.done), tally: before.tally };
    const tally = await warmSlice(
      { ...job, governor, spec: spec({ encodings }), lines: lines(paths), resume },
      sinks,
    );
    expect(cdn.seen.slice(seenBefore)).toHaveLength(30);
    expect(counts(tally)).toEqual({ warmed: 38, 'http-error': 2 });
  });
});

describe('a look before', () => {
  it('that was refused has stored nothing: a Hit is of before', async () => {
    await warm(['/no-head']);
    cdn.inject({ fault: { kind: 'head-refused' } });
    expect(counts((await warm(['/no-head'], { skipWarm: true })).tally)).toEqual({ 'already-warm': 1 });
  });
});

describe('verification', () => {
  it('asks again for one of so many, or for all', async () => {
    const paths = Array.from({ length: 40 }, (_, n) => `/verify/${n}`);
    const sampled = await warm(paths, { verify: 'sample' });
    expect(sampled.requests.filter(({ method }) => method === 'HEAD')).toHaveLength(2);
    cdn.pop(POP).clear();
    const all = await warm(paths, { verify: 'all' });
    expect(all.requests.filter(({ method }) => method === 'HEAD')).toHaveLength(40);
    expect(counts(all.tally)).toEqual({ warmed: 40 });
  });

  it('calls an object that is a Miss again not cacheable', async () => {
    cdn.inject({ fault: { kind: 'uncacheable' } });
    const { failures } = await warm(['/never'], { verify: 'all' });
    expect(failures).toMatchObject([
      { outcome: { kind: 'not-cacheable', reason: expect.stringContaining('Miss again') } },
    ]);
  });

  it('believes a Hit more than a cache-control that forbids it', async () => {
    cdn.inject({ fault: { kind: 'cache-control', value: 'no-store' } });
    const first = await warm(['/minimum-ttl'], { verify: 'all' });
    expect(counts(first.tally)).toEqual({ warmed: 1 });
    const second = await warm(['/minimum-ttl']);
    expect(counts(second.tally)).toEqual({ 'already-warm': 1 });
  });

  it('uses GET where HEAD is refused', async () => {
    cdn.inject({ fault: { kind: 'head-refused' } });
    const { tally, requests } = await warm(['/no-head'], { verify: 'all', skipWarm: true });
    expect(counts(tally)).toEqual({ warmed: 1 });
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'HEAD', 'GET']);
  });
});

describe('what goes wrong', () => {
  function impatient(timeouts: Partial<WarmLimits['timeouts']>): WarmLimits {
    return { ...LIMITS, attempts: 1, timeouts: { ...LIMITS.timeouts, ...timeouts } };
  }
  const cases: readonly [string, Fault, object, WarmLimits?][] = [
    ['a 404', { kind: 'status', status: 404 }, { kind: 'http-error', status: 404 }],
    ['a redirect', { kind: 'redirect', location: '/x' }, { kind: 'redirect', location: '/x' }],
    [
      'a body that ends early',
      { kind: 'truncate', bytes: 9 },
      { kind: 'truncated', expectedBytes: 1_024, bytes: 9 },
    ],
    ['another PoP', { kind: 'pop-header', pop: 'FRA56-P5' }, { kind: 'wrong-pop', pop: 'FRA56-P5' }],
    [
      'an object that must not be stored',
      { kind: 'uncacheable', cacheControl: 'private' },
      { kind: 'not-cacheable' },
    ],
    ['an answer that is not of CloudFront', { kind: 'not-cloudfront' }, { kind: 'refused' }],
    ['a connection that is reset in the body', { kind: 'reset', at: 'body' }, { kind: 'truncated' }],
    ['a dropped connection', { kind: 'reset', at: 'header' }, { kind: 'unreachable', reason: 'reset' }],
    [
      'silence before the headers',
      { kind: 'stall', at: 'header' },
      { kind: 'timed-out', phase: 'header' },
      impatient({ headerMs: 60 }),
    ],
    [
      'silence in the body',
      { kind: 'stall', at: 'body' },
      { kind: 'timed-out', phase: 'idle', bytes: 512 },
      impatient({ idleMs: 200 }),
    ],
  ];

  it.each(cases)('is told as what it is: %s', async (_name, fault, outcome, limits = LIMITS) => {
    cdn.inject({ fault });
    const { tally, failures } = await warm(['/wrong'], {}, { limits });
    expect(failures).toMatchObject([{ pop: POP, encoding: 'browser', outcome }]);
    expect(failures[0]!.url).toBe(`https://${cdn.distributionDomain}/wrong`);
    expect(counts(tally)).toEqual({ [failures[0]!.outcome.kind]: 1 });
  });

  it('is a line that is not an http URL', async () => {
    const { failures } = await warm(['ftp://example.com/x']);
    expect(failures).toMatchObject([{ attempts: 0, outcome: { kind: 'refused' } }]);
  });
});

describe('attempts', () => {
  it('go on at the next address, and heal what fails twice', async () => {
    cdn.inject({ fault: { kind: 'status', status: 503 }, times: 2 });
    const { tally, requests } = await warm(['/heals']);
    expect(counts(tally)).toEqual({ warmed: 1 });
    expect(new Set(requests.map(({ address }) => address)).size).toBe(3);
    expect(pauses).toEqual([100, 200]);
  });

  it('heal an address that is down', async () => {
    cdn.inject({ fault: { kind: 'reset', at: 'connect' }, address: cdn.pop(POP).addresses[1]! });
    await transport.close();
    const { tally, requests } = await warm(['/x', '/y', '/z', '/u']);
    expect(counts(tally)).toEqual({ warmed: 4 });
    expect(requests.map(({ address }) => address)).not.toContain(cdn.pop(POP).addresses[1]);
  });

  it('end after three, with the first error kept, and after three more at the end of the slice', async () => {
    cdn.inject({ fault: { kind: 'status', status: 500 }, path: '/sick', times: 1 });
    cdn.inject({ fault: { kind: 'status', status: 502 }, path: '/sick' });
    cdn.inject({ fault: { kind: 'status', status: 503 }, path: '/away' });
    const { failures } = await warm(['/sick', '/away']);
    expect(failures).toMatchObject([
      { attempts: 3, outcome: { kind: 'http-error', status: 500 } },
      { attempts: 6, outcome: { kind: 'http-error', status: 503 } },
    ]);
  });

  it('go on while the whole PoP is away, and lose nothing when it comes back', async () => {
    cdn.inject({ fault: { kind: 'reset', at: 'header' }, times: 60 });
    const { tally, failures } = await warm(Array.from({ length: 6 }, (_, n) => `/back/${n}`));
    expect(failures).toEqual([]);
    expect(counts(tally)).toEqual({ warmed: 6 });
  });

  it('of a URL that alone gets no answer end after three', async () => {
    cdn.inject({ fault: { kind: 'reset', at: 'header' }, path: '/alone' });
    const one = { floor: 2, start: 2, ceiling: 2 };
    const limits = { ...LIMITS, perPop: one, total: one };
    const others = Array.from({ length: 400 }, (_, n) => `/others/${n}`);
    const { failures } = await warm(['/alone', ...others], {}, { limits });
    expect(failures).toMatchObject([{ outcome: { kind: 'unreachable', reason: 'reset' } }]);
    expect(failures[0]!.attempts).toBeLessThanOrEqual(3 + LIMITS.reachAttempts);
  });

  it('are not made while a PoP has been silent for long, but by one that looks whether it is back', async () => {
    cdn.inject({ fault: { kind: 'reset', at: 'header' } });
    const limits = { ...LIMITS, reachForMs: 0 };
    const { failures, requests } = await warm(
      Array.from({ length: 50 }, (_, n) => `/silent/${n}`),
      {},
      { limits },
    );
    expect(failures).toHaveLength(50);
    expect(failures.at(-1)).toMatchObject({ outcome: { kind: 'unreachable' } });
    expect(failures.map(({ outcome }) => describeOutcome(outcome)).join()).toContain(
      'not tried: no address of the PoP',
    );
    expect(requests.length).toBeLessThan(2 * 50);
  });

  it('count a Hit as warmed where an attempt before may have stored the object', async () => {
    cdn.inject({ fault: { kind: 'truncate', bytes: 9 }, times: 1 });
    const { tally } = await warm(['/stored-meanwhile']);
    expect(counts(tally)).toEqual({ warmed: 1 });
  });

  it('count a Hit of the second pass as warmed where the first may have stored the object', async () => {
    cdn.inject({ fault: { kind: 'truncate', bytes: 9 }, times: LIMITS.attempts });
    const { tally } = await warm(['/stored-in-the-first-pass']);
    expect(counts(tally)).toEqual({ warmed: 1 });
  });

  it('are not repeated after a 404, later after a 429 without a time, and wait for the time that a 429 names', async () => {
    cdn.inject({ fault: { kind: 'status', status: 404 }, path: '/gone' });
    cdn.inject({ fault: { kind: 'status', status: 429 }, path: '/busy' });
    cdn.inject({ fault: { kind: 'status', status: 429, retryAfterSeconds: 2 }, path: '/later', times: 1 });
    const { tally, requests } = await warm(['/gone', '/busy', '/later']);
    expect(counts(tally)).toEqual({ 'http-error': 2, warmed: 1 });
    expect(requests.map(({ path }) => path).sort()).toEqual(['/busy', '/busy', '/gone', '/later', '/later']);
    expect(pauses).toEqual([2_000]);
  });
});

describe('a slice that is called off', () => {
  it('rejects with the reason, after what was underway has ended', async () => {
    const stop = new AbortController();
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    const before = cdn.seen.length;
    const running = warm(['/1', '/2', '/3'], {}, { signal: stop.signal });
    await until(() => cdn.seen.length === before + 3);
    stop.abort(new Error('stopped by the operator'));
    await expect(running).rejects.toThrow('stopped by the operator');
  });

  it('leaves places of its PoP to others while it waits for its bandwidth', async () => {
    // No time passes for the bandwidth, so the capped slice gets no further than its first bytes.
    const standing: Clock = { ...clock, monotonicMs: () => 0 };
    const governor = new Governor({ limits: LIMITS, clock: standing });
    const stop = new AbortController();
    const others = { slice: slice(), transport, clock: standing, governor, edgePort: cdn.edgePort };
    let soFar: Tally | undefined;
    const capped = warmSlice(
      {
        ...others,
        spec: spec({ maxBandwidthMbps: 0.05, encodings: ['identity'] }),
        lines: lines(Array.from({ length: 200 }, (_, n) => `/text?${n}`)),
        signal: stop.signal,
      },
      { onBegin: (tally) => (soFar = tally), onFailure: () => {} },
    );
    await until(() => cdn.pop(POP).storedObjects > 0);
    const other = await warmSlice(
      {
        ...others,
        slice: { ...slice(), requestId: requestId('another') },
        spec: spec(),
        lines: lines(Array.from({ length: 20 }, (_, n) => `/other/${n}`)),
      },
      { onFailure: () => {} },
    );
    expect(counts(other)).toEqual({ warmed: 20 });
    expect(soFar?.fetches).toBeLessThan(10);
    stop.abort(new Error('enough'));
    await expect(capped).rejects.toThrow('enough');
  });

  it('begins once those of its request and PoP that came before have begun all their fetches, or were called off', async () => {
    const two = { floor: 2, start: 2, ceiling: 2 };
    const governor = new Governor({ limits: { ...LIMITS, perPop: two, total: two }, clock });
    const begun: string[] = [];
    function warmNext(name: string, signal?: AbortSignal) {
      const paths = Array.from({ length: 5 }, (_, n) => `/${name}/${n}`);
      const options = { slice: slice(), transport, clock, governor, edgePort: cdn.edgePort, spec: spec() };
      return warmSlice(
        { ...options, lines: lines(paths), signal },
        { onBegin: () => begun.push(name), onFailure: () => {} },
      );
    }
    const calledOff = new AbortController();
    const first = warmNext('first');
    const second = warmNext('second', calledOff.signal);
    const third = warmNext('third');
    calledOff.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    for (const tally of await Promise.all([first, third])) expect(counts(tally)).toEqual({ warmed: 5 });
    expect(begun).toEqual(['first', 'third']);
  });

  it('rejects when its list cannot be read', async () => {
    async function* broken() {
      yield* lines(['/readable']);
      throw new Error('the list is gone');
    }
    await expect(warm([], {}, { source: broken() })).rejects.toThrow('the list is gone');
  });

  it('reads its list no faster than it warms', async () => {
    let read = 0;
    let most = 0;
    const before = cdn.pop(POP).counters.requests;
    async function* counted() {
      for (let n = 0; n < 500; n += 1) {
        read += 1;
        most = Math.max(most, read - (cdn.pop(POP).counters.requests - before));
        yield [`https://${cdn.distributionDomain}/n/${n}`];
      }
    }
    const one = { floor: 8, start: 8, ceiling: 8 };
    await warm([], {}, { source: counted(), limits: { ...LIMITS, perPop: one, total: one } });
    expect(read).toBe(500);
    expect(most).toBeLessThanOrEqual(8 + 2);
  });
});
