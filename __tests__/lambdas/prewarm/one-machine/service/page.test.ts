import { Hono } from 'hono';
import { guard } from '../../../../../lambdas/prewarm/one-machine/service/guard';
import { pageServer } from '../../../../../lambdas/prewarm/one-machine/service/page';
import { ReportLinks } from '../../../../../lambdas/prewarm/one-machine/service/report-links';
import { unknownRoute } from '../../../../../lambdas/prewarm/one-machine/service/unknown-route';

const BROWSER = { host: '127.0.0.1:8080', accept: 'text/html,*/*' };

/** What answers where a key is asked for, on loopback. */
function service(hasPage = true): Hono {
  const app = new Hono();
  app.use(
    guard({
      apiKey: 'a-key-of-the-test-with-length',
      loopbackOnly: true,
      links: new ReportLinks(Date.now, 'http://127.0.0.1:8080'),
    }),
  );
  const page = { html: '<!doctype html>', script: 'void 0;', style: 'a{}' };
  app.notFound(unknownRoute(hasPage ? pageServer(page) : undefined));
  return app;
}

describe('the page of the service', () => {
  it('is for browsers: who asks otherwise is told of the API', async () => {
    const app = service();
    const page = await app.request('/', { headers: BROWSER });
    expect([page.headers.get('content-type'), await page.text()]).toEqual([
      'text/html; charset=utf-8',
      '<!doctype html>',
    ]);
    for (const told of [
      await app.request('/', { headers: { host: '127.0.0.1:8080', accept: '*/*' } }),
      await service(false).request('/', { headers: BROWSER }),
    ])
      expect(await told.text()).toMatch(/^The prewarm API/);
  });

  it('comes packed, is asked for anew each time, and not sent again where it is the same', async () => {
    const app = service();
    const first = await app.request('/page.js', { headers: { ...BROWSER, 'accept-encoding': 'gzip, br' } });
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const tag = first.headers.get('etag') ?? '';
    const again = await app.request('/page.js', { headers: { ...BROWSER, 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each(['/', '/page.js', '/page.css'])(
    '%s runs nothing from elsewhere and stands in no frame',
    async (path) => {
      const { headers } = await service().request(path, { headers: BROWSER });
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      );
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  it.each([
    ['by a link of another site', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
    [
      'in a frame or by a script of another site',
      '/',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
    [
      'by a name that leads here by rebinding',
      '/',
      { host: 'attacker.example', 'sec-fetch-mode': 'navigate' },
      403,
    ],
    [
      'as a script of another site',
      '/page.js',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
    [
      'the API, by a link of another site',
      '/requests',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      403,
    ],
    ['the API, without the key', '/requests', {}, 403],
  ] as const)('opened %s (%s) is %j: %d', async (_, path, headers, status) => {
    const answer = await service().request(path, { headers: { ...BROWSER, ...headers } });
    expect(answer.status).toBe(status);
  });

  it('takes no method but GET and HEAD', async () => {
    const key = { 'x-api-key': 'a-key-of-the-test-with-length' };
    const answer = await service().request('/', { method: 'POST', headers: { ...BROWSER, ...key } });
    expect(answer.status).toBe(405);
  });
});
