import { createHmac } from 'node:crypto';
import dns from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AddressPolicy } from '../../../../lambdas/prewarm/engine/addresses/address-guard';
import { requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import { WebhookNotifier } from '../../../../lambdas/prewarm/net/webhook-notifier';
import { makeCertificate } from '../../../../scripts/loopback-cdn/certificate';

const NAME = 'hooks.example.com';

describe('the webhook', () => {
  let server: Server;
  let caPem: string;
  let bodies: string[];
  let heads: IncomingHttpHeaders[];
  let answers: { readonly status: number; readonly location?: string }[];
  let warnings: unknown[];
  let resolved: string[];

  beforeAll(async () => {
    const certificate = await makeCertificate([NAME]);
    caPem = certificate.caPem;
    server = createServer(
      { key: certificate.keyPem, cert: certificate.certPem },
      async (request, response) => {
        let text = '';
        for await (const chunk of request) text += chunk;
        bodies.push(text);
        heads.push(request.headers);
        const { status, location } = answers.shift() ?? { status: 204 };
        response.writeHead(status, location === undefined ? {} : { location }).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  beforeEach(() => {
    bodies = [];
    heads = [];
    answers = [];
    warnings = [];
    resolved = [];
    function lookup(name: string, _options: unknown, answer: (...args: unknown[]) => void): void {
      resolved.push(name);
      answer(null, [{ address: '127.0.0.1', family: 4 }]);
    }
    jest.spyOn(dns, 'lookup').mockImplementation(lookup as never);
  });
  afterEach(() => jest.restoreAllMocks());

  async function end(addressPolicy: AddressPolicy, url: string, key?: Uint8Array): Promise<void> {
    const notifier = new WebhookNotifier({
      addressPolicy,
      ca: caPem,
      key,
      clock: { now: Date.now, monotonicMs: () => performance.now(), random: () => 0, sleep: async () => {} },
      log: { info: () => {}, warn: (_, fields) => warnings.push(fields), error: () => {} },
    });
    const counts = { fetches: 3, warm: 2, failed: 1, bytes: 20 };
    await notifier.ended({ id: requestId('r'), status: 'FINISHED', ...counts, notifyUrl: url });
    await notifier.close();
  }
  function urlOf(host: string): string {
    return `https://${host}:${(server.address() as AddressInfo).port}/hook?token=1`;
  }

  it('posts the counts over TLS to the name of the URL', async () => {
    await end('any', urlOf(NAME));
    expect(bodies.map((body) => JSON.parse(body))).toEqual([
      { request_id: 'r', status: 'FINISHED', fetches: 3, warm: 2, failed: 1, bytes: 20 },
    ]);
    expect(warnings).toEqual([]);
  });

  it('signs each attempt under one id where it has a key, and sends no signature without', async () => {
    const key = Buffer.alloc(32, 7);
    answers = [{ status: 503 }];
    await end('any', urlOf(NAME), key);
    expect(bodies).toHaveLength(2);
    for (const [index, body] of bodies.entries()) {
      const {
        'webhook-id': id,
        'webhook-timestamp': sent,
        'webhook-signature': signature,
      } = heads[index] ?? {};
      const expected = createHmac('sha256', key).update(`${id}.${sent}.${body}`).digest('base64');
      expect({ id, signature }).toEqual({ id: 'r', signature: `v1,${expected}` });
    }
    heads = [];
    await end('any', urlOf(NAME));
    expect(Object.keys(heads[0] ?? {}).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  it('guards the addresses at each attempt, so that a name that became private is not contacted', async () => {
    await end('public', urlOf(NAME));
    expect(bodies).toEqual([]);
    expect(resolved).toEqual([NAME, NAME, NAME]);
    expect(warnings).toEqual([expect.objectContaining({ problem: expect.stringContaining('127.0.0.1') })]);
  });

  it.each(['127.0.0.1', '169.254.169.254', '[::1]'])('does not contact the address %s', async (host) => {
    await end('public', urlOf(host));
    expect(bodies).toEqual([]);
    expect(warnings).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('not contacted') }),
    ]);
  });

  it('tries again what may heal, and leaves what will not', async () => {
    answers = [{ status: 503 }, { status: 429 }];
    await end('any', urlOf(NAME));
    expect(bodies).toHaveLength(3);
    answers = [{ status: 404 }];
    await end('any', urlOf(NAME));
    expect(bodies).toHaveLength(4);
  });

  it('does not follow redirects', async () => {
    answers = [{ status: 302, location: urlOf(NAME) }];
    await end('any', urlOf(NAME));
    expect(bodies).toHaveLength(1);
    expect(warnings).toEqual([expect.objectContaining({ problem: 'answered 302' })]);
  });
});
