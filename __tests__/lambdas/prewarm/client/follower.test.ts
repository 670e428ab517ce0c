import { ratesOf, withSample } from '../../../../lambdas/prewarm/client/course';
import {
  type Followed,
  followRequest,
  type RequestSource,
} from '../../../../lambdas/prewarm/client/follower';
import type { RequestView } from '../../../../lambdas/prewarm/client/views';

const TIMES = { pollMs: 1, firstRetryMs: 1, lastRetryMs: 2, silentMs: 20 };

function requestOf(status: RequestView['status'], fetches: number): RequestView {
  const outcomes = { warmed: fetches } as RequestView['outcomes'];
  return { request_id: 'r', status, fetches, bytes: fetches, outcomes, pops: [] } as unknown as RequestView;
}
function eventOf(name: string, data: unknown, id = ''): string {
  return `${id === '' ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
async function* sent(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

class Refused extends Error {
  constructor(readonly status: number) {
    super(String(status));
  }
}

/** A service that answers each call with the next of its answers, the last one again and again. */
function serviceOf(answers: { readonly [Call in 'events' | 'request' | 'failures']?: readonly unknown[] }) {
  const calls: string[] = [];
  function next(call: 'events' | 'request' | 'failures', said = ''): never {
    const rest = answers[call] ?? [new Refused(404)];
    const answer = rest[Math.min(calls.filter((made) => made.startsWith(call)).length, rest.length - 1)];
    calls.push(`${call}${said}`);
    if (answer instanceof Error) throw answer;
    return answer as never;
  }
  const source: RequestSource = {
    events: async (lastEventId) => next('events', lastEventId === undefined ? '' : ` after ${lastEventId}`),
    request: async () => next('request'),
    failures: async () => next('failures'),
    statusOf: (error) => (error instanceof Refused ? error.status : 0),
  };
  return { source, calls };
}

async function follow(source: RequestSource) {
  const connections: string[] = [];
  const end = await followRequest(
    source,
    ({ connection }: Followed) => {
      if (connections.at(-1) !== connection) connections.push(connection);
    },
    new AbortController().signal,
    TIMES,
  );
  return { end, connections };
}

const SAMPLE = eventOf(
  'sample',
  { at: '2026-01-01 00:00:01.000000', fetches: 1, bytes: 1, outcomes: {} },
  '77',
);

describe('following a request', () => {
  it('goes on with the events after the last one that came, over a service that was away', async () => {
    const { source, calls } = serviceOf({
      events: [
        sent(SAMPLE, eventOf('request', requestOf('IN-PROGRESS', 1))),
        new Refused(0),
        new Refused(502),
        sent(eventOf('request', requestOf('FINISHED', 2)), eventOf('end', {})),
      ],
    });
    const { end, connections } = await follow(source);
    expect(connections).toEqual(['live', 'lost', 'live', 'ended']);
    expect(calls).toEqual(['events', 'events after 77', 'events after 77', 'events after 77']);
    expect(end.request).toMatchObject({ status: 'FINISHED', fetches: 2 });
  });

  it('polls where the service has no events, and takes the failures from the report once that is written', async () => {
    const { source, calls } = serviceOf({
      events: [new Refused(403)],
      request: [requestOf('CREATED', 0), new Refused(429), requestOf('FINISHED', 2)],
      failures: [undefined, [{ cause: 'HTTP 404' }]],
    });
    const { end, connections } = await follow(source);
    expect(connections).toEqual(['polling', 'lost', 'polling', 'ended']);
    expect(end.failures).toEqual([{ cause: 'HTTP 404' }]);
    expect(calls.filter((call) => call === 'events')).toHaveLength(1);
  });

  it('ends without the failures where a report is never written', async () => {
    const { source } = serviceOf({ request: [requestOf('FINISHED', 2)], failures: [undefined] });
    expect((await follow(source)).end).toMatchObject({ connection: 'ended', areFailuresWhole: false });
  });

  it('asks for events again where a service has no room for another follower', async () => {
    const { source, calls } = serviceOf({
      events: [new Refused(503), sent(eventOf('request', requestOf('FINISHED', 1)), eventOf('end', {}))],
      request: [requestOf('IN-PROGRESS', 1)],
    });
    await follow(source);
    expect(calls).toEqual(['events', 'request', 'events']);
  });

  it.each([400, 403, 404])('gives up on what another try does not change: %d', async (status) => {
    const { source } = serviceOf({ events: [new Refused(status)], request: [new Refused(status)] });
    expect((await follow(source)).end.error).toMatchObject({ status });
  });

  it('takes a connection on which nothing comes for one that is lost', async () => {
    let asked = 0;
    const { source } = serviceOf({});
    const silent: RequestSource = {
      ...source,
      events: async (_, signal) => {
        asked += 1;
        if (asked > 1) return sent(eventOf('request', requestOf('FINISHED', 1)), eventOf('end', {}));
        return (async function* never() {
          yield ': alive\n\n';
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason)),
          );
        })();
      },
    };
    const { connections } = await follow(silent);
    expect(connections).toEqual(['live', 'lost', 'live', 'ended']);
  });

  it('leaves at once when it is told to', async () => {
    const { source } = serviceOf({ request: [requestOf('IN-PROGRESS', 1)] });
    const left = new AbortController();
    const { connection } = await followRequest(source, () => left.abort(), left.signal);
    expect(connection).toBe('polling');
  });
});

describe('the course of a request', () => {
  function at(seconds: number) {
    return { at: seconds * 1_000, fetches: seconds * 5, bytes: seconds, outcomes: {} };
  }

  it('has the rates of the last ten seconds', () => {
    expect(ratesOf([at(1)])).toBeUndefined();
    expect(ratesOf([at(1), at(100), at(105)])).toEqual({ fetches: 5, bytes: 1 });
  });

  it('takes no sample twice, and stays short', () => {
    const row = Array.from({ length: 5_000 }, (_, second) => at(second + 1)).reduce(withSample, []);
    expect(row.length).toBeLessThanOrEqual(1_200);
    expect(row.at(-1)).toEqual(at(5_000));
    expect(withSample(row, at(4_000))).toBe(row);
  });
});
