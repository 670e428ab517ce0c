import { connect } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { createResolver } from '../../../../../lambdas/prewarm/net/resolver';
import {
  type RunningService,
  startService,
} from '../../../../../lambdas/prewarm/one-machine/service/service';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { until } from '../../../../support/until';
import * as bodies from '../../api/bodies';
import { engineFor, quietLog, removeDir, tempDir } from '../engine/engine-fixture';

const KEY = 'a-key-of-the-test-with-length';

interface Told {
  readonly id: number | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the service sends, looked at field by field
  readonly data: any;
}

/** Events of one connection as they come; it ends with the stream, or by `leave`. */
class Follower {
  readonly told: Told[] = [];
  status = 0;
  type: string | null = null;
  private readonly left = new AbortController();
  readonly ended: Promise<void>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.ended = this.read(url, { 'x-api-key': KEY, ...headers }).catch(() => {});
  }

  private async read(url: string, headers: Record<string, string>): Promise<void> {
    const response = await fetch(url, { headers, signal: this.left.signal });
    this.status = response.status;
    this.type = response.headers.get('content-type');
    const parser = createParser({
      onEvent: ({ id, event = '', data }: EventSourceMessage) =>
        this.told.push({ id: id === undefined ? undefined : Number(id), event, data: JSON.parse(data) }),
    });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  }

  of(event: string): readonly Told[] {
    return this.told.filter((told) => told.event === event);
  }

  async leave(): Promise<void> {
    this.left.abort();
    await this.ended;
  }
}

describe('following a request by server-sent events', () => {
  let cdn: LoopbackCdn;
  let service: RunningService;
  let dataDir: string;

  function start(port = 0): Promise<RunningService> {
    return startService({
      port,
      apiKey: KEY,
      context: {
        directory: createPopDirectory(),
        resolver: createResolver({ servers: [cdn.resolver] }),
        policy: 'any',
      },
      log: quietLog,
      // Asking slow objects for their sizes first would only delay what is followed here.
      openEngine: (linkTo) => engineFor(cdn, dataDir, { linkTo, sizing: 'none' }),
    });
  }

  beforeAll(async () => {
    dataDir = await tempDir();
    cdn = await startLoopbackCdn({ objects: { '/missing.jpg': { status: 404, body: '' } } });
    cdn.inject({ path: /^\/slow/, fault: { kind: 'slow', delayMs: 300 } });
    service = await start();
  });
  afterAll(async () => {
    await service.stop();
    await cdn.close();
    await removeDir(dataDir);
  });

  async function submit(paths: readonly string[]): Promise<string> {
    const answer = await fetch(`${service.url}/prewarm`, {
      method: 'POST',
      headers: { 'x-api-key': KEY },
      body: JSON.stringify({
        url_list: paths.map((path) => `https://${cdn.distributionDomain}${path}`),
        pops: ['FRA56-P4', 'NRT57-P3'],
        timeout: 5,
        instance_count: 1,
      }),
    });
    return bodies.acceptedBody.parse(await answer.json()).request_id;
  }

  function follow(id: string, headers: Record<string, string> = {}): Follower {
    return new Follower(`${service.url}/prewarm/${id}/events`, headers);
  }

  function slowPaths(count: number): string[] {
    return Array.from({ length: count }, (_, index) => `/slow-${index}`);
  }

  it('tells figures, PoPs, failures with advice, and the end', async () => {
    const id = await submit(['/a', '/b', '/missing.jpg']);
    const follower = follow(id);
    await follower.ended;
    expect(follower).toMatchObject({ status: 200, type: 'text/event-stream; charset=utf-8' });
    const last = follower.of('request').at(-1)?.data;
    expect(bodies.requestBody.parse(last)).toMatchObject({ status: 'FINISHED', fetches: 6, failed: 2 });
    const byPop = new Map(
      follower.of('request').flatMap(({ data }) => data.pops.map((pop: { code: string }) => [pop.code, pop])),
    );
    expect([...byPop.values()]).toMatchObject([{ fetches: 3 }, { fetches: 3 }]);
    expect(follower.of('failures').at(-1)?.data).toMatchObject({
      is_whole: true,
      failure_groups: [{ cause: 'HTTP 404', fetches: 2, advice: expect.stringContaining('origin') }],
    });
    expect(follower.of('sample').at(-1)?.data).toMatchObject({ fetches: 6 });
    expect(follower.told.at(-1)?.event).toBe('end');
  });

  it('goes on after the last sample that came, and tells of each PoP only what is new', async () => {
    const id = await submit(slowPaths(1_000));
    const first = follow(id);
    await until(() => first.of('sample').length >= 3);
    await first.leave();
    const seen = first.of('sample').map(({ id: at }) => at!);
    const second = follow(id, { 'last-event-id': String(seen[1]) });
    await until(() => second.of('request').some(({ data }) => data.pops.length === 2));
    await fetch(`${service.url}/prewarm?req_id=${id}`, { method: 'DELETE', headers: { 'x-api-key': KEY } });
    await second.ended;
    expect(second.of('sample')[0]?.id).toBeGreaterThan(seen[1]!);
    expect(second.of('sample').map(({ id: at }) => at)).toContain(seen[2]);
    const firstWithPops = second.of('request').findIndex(({ data }) => data.pops.length > 0);
    expect(second.of('request')[firstWithPops]?.data.pops).toHaveLength(2);
    expect(second.of('request').at(-1)?.data.status).toBe('STOPPED');
    const sums = second.of('sample').map(({ data }) => data.fetches);
    expect(sums).toEqual([...sums].sort((a, b) => a - b));
  });

  it('asks for the key, a known request and an id of its own', async () => {
    const id = await submit(['/keyed']);
    const statuses = [];
    for (const [path, headers] of [
      [`/prewarm/${id}/events`, { 'x-api-key': 'wrong' }],
      [`/prewarm/${id.replaceAll(/\d/g, '0')}/events`, {}],
      [`/prewarm/${id}/events`, { 'last-event-id': '../1' }],
    ] as const) {
      const follower = new Follower(`${service.url}${path}`, headers);
      await follower.ended;
      statuses.push(follower.status);
    }
    expect(statuses).toEqual([403, 404, 400]);
  });

  it('lets 64 follow at a time; one that leaves makes room for another', async () => {
    const id = await submit(slowPaths(1_000));
    const followers = Array.from({ length: 64 }, () => follow(id));
    await until(() => followers.every((follower) => follower.of('request').length > 0));
    const refused = follow(id);
    await refused.ended;
    expect(refused.status).toBe(503);
    await followers[0]!.leave();
    // The service learns of it from the connection.
    let taken = follow(id);
    await until(async () => {
      if (taken.status === 503) taken = follow(id);
      return taken.of('request').length > 0;
    });
    await Promise.all([...followers, taken].map((follower) => follower.leave()));
    await fetch(`${service.url}/prewarm?req_id=${id}`, { method: 'DELETE', headers: { 'x-api-key': KEY } });
  });

  it('goes on for the others beside a client that takes nothing', async () => {
    const id = await submit(slowPaths(1_000));
    const { hostname, port } = new URL(service.url);
    const deaf = connect(Number(port), hostname);
    deaf.pause();
    deaf.write(
      `GET /prewarm/${id}/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nx-api-key: ${KEY}\r\n\r\n`,
    );
    const follower = follow(id);
    await until(() => follower.of('sample').length >= 3);
    await fetch(`${service.url}/prewarm?req_id=${id}`, { method: 'DELETE', headers: { 'x-api-key': KEY } });
    await follower.ended;
    deaf.destroy();
    expect(follower.told.at(-1)?.event).toBe('end');
  });

  it('ends with the service, and goes on with the next one at the same place', async () => {
    const id = await submit(slowPaths(1_000));
    const before = follow(id);
    await until(() => before.of('sample').length >= 2);
    const { port } = new URL(service.url);
    await service.stop();
    await before.ended;
    const at = before.of('sample').at(-1)?.id;
    service = await start(Number(port));
    const after = follow(id, { 'last-event-id': String(at) });
    await until(() => after.of('sample').length >= 1);
    await fetch(`${service.url}/prewarm?req_id=${id}`, { method: 'DELETE', headers: { 'x-api-key': KEY } });
    await after.ended;
    expect(after.of('sample')[0]?.id).toBeGreaterThan(at!);
    expect(after.of('sample')[0]?.data.fetches).toBeGreaterThanOrEqual(
      before.of('sample').at(-1)?.data.fetches,
    );
    expect(after.told.at(-1)?.event).toBe('end');
  });
});
