import { guard } from '../../../../../lambdas/prewarm/one-machine/service/guard';
import { ReportLinks } from '../../../../../lambdas/prewarm/one-machine/service/report-links';
import { fakeService, REQUEST_ID } from '../../api/fake-application';
import { finished } from '../../engine/report/report-fixture';

const KEY = 'k'.repeat(40);
const HOST = { host: '127.0.0.1:8080' };
const KEY_BLOB = `${REQUEST_ID}/failed_pop_urls.csv`;

function guarded(options: { apiKey?: string; loopbackOnly?: boolean } = {}) {
  let now = 1_000_000;
  const links = new ReportLinks(() => now, 'http://127.0.0.1:8080');
  const service = fakeService({ guard: guard({ loopbackOnly: true, ...options, links }) });
  service.add(finished({}).record);
  service.blobs.set(KEY_BLOB, 'pop,url');
  async function status(path: string, headers: Record<string, string> = HOST): Promise<number> {
    return (await service.call('GET', path, undefined, headers)).status;
  }
  return { ...service, links, status, advance: (seconds: number) => (now += seconds * 1000) };
}

describe('the API key', () => {
  it('is asked for on every route but the root, health and the API description', async () => {
    const { status, call } = guarded({ apiKey: KEY });
    expect(await status('/pops')).toBe(403);
    expect(await status('/pops', { ...HOST, 'x-api-key': KEY })).toBe(200);
    expect(await status('/health')).toBe(200);
    expect(await status('/openapi.json')).toBe(200);
    expect((await call('GET', '/pops', undefined, HOST)).json).toEqual({
      status: 'failure',
      timestamp: expect.any(String),
      message: 'Forbidden',
    });
  });

  it.each(['', 'k', KEY.slice(1), `${KEY}k`, KEY.toUpperCase()])('refuses %p', async (key) => {
    expect(await guarded({ apiKey: KEY }).status('/pops', { ...HOST, 'x-api-key': key })).toBe(403);
  });

  it('leaves refused calls in the access log', async () => {
    const { status, log } = guarded({ apiKey: KEY });
    await status('/pops');
    expect(log).toMatchObject([{ event: 'http', fields: { status: 403, requestId: expect.any(String) } }]);
    expect(JSON.stringify(log)).not.toContain(KEY);
  });
});

describe('a service on loopback', () => {
  it.each(['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST', '[::1]:8080'])(
    'answers to the host %s',
    async (host) => {
      expect(await guarded().status('/pops', { host })).toBe(200);
    },
  );

  it.each(['attacker.example', '127.0.0.1.attacker.example:8080', '169.254.169.254', ''])(
    'refuses the host %p, also with the key',
    async (host) => {
      expect(await guarded({ apiKey: KEY }).status('/pops', { host, 'x-api-key': KEY })).toBe(403);
    },
  );

  it.each([
    [{ origin: 'https://attacker.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:9999' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('refuses what a page of another site sends: %p', async (headers) => {
    expect(await guarded().status('/pops', { ...HOST, ...headers })).toBe(403);
  });

  it('answers its own page, and an address typed into a browser', async () => {
    const { status } = guarded();
    expect(
      await status('/pops', { ...HOST, origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' }),
    ).toBe(200);
    expect(await status('/pops', { ...HOST, 'sec-fetch-site': 'none' })).toBe(200);
  });

  it('answers to any name where the operator listens elsewhere', async () => {
    const { status } = guarded({ apiKey: KEY, loopbackOnly: false });
    expect(await status('/pops', { host: 'prewarm.example.com', 'x-api-key': KEY })).toBe(200);
  });
});

describe('a link to a report', () => {
  function pathOf(link: string): string {
    return link.replace('http://127.0.0.1:8080', '');
  }

  it('opens its report without the key until it expires', async () => {
    const { status, links, advance } = guarded({ apiKey: KEY });
    const path = pathOf(links.linkTo(KEY_BLOB, 600));
    expect(await status(path, { ...HOST, 'sec-fetch-site': 'cross-site' })).toBe(200);
    advance(599);
    expect(await status(path)).toBe(200);
    advance(2);
    expect(await status(path)).toBe(403);
  });

  it.each([
    ['another format', (path: string) => path.replace('format=csv', 'format=json')],
    ['a later end', (path: string) => path.replace(/expires=\d/, 'expires=9')],
    ['another request', (path: string) => path.replace('req_id=5', 'req_id=6')],
    ['another signature', (path: string) => path.replace(/signature=../, 'signature=zz')],
    ['a longer signature', (path: string) => `${path}0`],
    ['no signature', (path: string) => path.replace(/&signature=.*/, '')],
    ['another route', (path: string) => path.replace('/report?', '/prewarm?')],
  ])('does not open with %s', async (_, change) => {
    const { status, links } = guarded({ apiKey: KEY });
    const path = pathOf(links.linkTo(KEY_BLOB, 600));
    expect(change(path)).not.toBe(path);
    expect(await status(change(path))).toBe(403);
  });

  it('does not open with the secret of another process', async () => {
    const other = guarded();
    const { status } = guarded({ apiKey: KEY });
    expect(await status(pathOf(other.links.linkTo(KEY_BLOB, 600)))).toBe(403);
  });

  it('is made for reports only', () => {
    expect(() => guarded().links.linkTo(`${REQUEST_ID}/original_urls.txt`, 600)).toThrow(
      'only reports have links',
    );
  });
});
