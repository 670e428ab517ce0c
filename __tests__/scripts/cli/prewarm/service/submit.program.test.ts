import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { signedHeaders } from '../../../../../scripts/cli/prewarm/service/signed-request';
import { runCli } from '../cli-process';
import { isSignedBy, type SignedMessage } from './sigv4';

const KEY_ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const API_KEY = 'k'.repeat(24);
const ID = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';

/** The first case of AWS's own suite of test vectors, `get-vanilla`. */
const VECTOR: SignedMessage = {
  method: 'GET',
  target: '/',
  headers: {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY_ID}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31`,
  },
  body: '',
};

interface Seen extends SignedMessage {
  readonly bytes: Buffer;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('the signature of a request', () => {
  it('is checked here as AWS would', () => {
    expect(isSignedBy(SECRET, VECTOR)).toBe(true);
    expect(isSignedBy(`${SECRET}x`, VECTOR)).toBe(false);
    expect(isSignedBy(SECRET, { ...VECTOR, body: 'x' })).toBe(false);
  });

  it('covers method, path, query, headers and body', async () => {
    const url = new URL('https://abc.execute-api.eu-central-1.amazonaws.com/prod/prewarm?req_id=a%20b&x=1');
    const unsigned = { method: 'POST', url, headers: { 'x-api-key': API_KEY }, body: '{"url_list":[]}' };
    const credentials = { accessKeyId: KEY_ID, secretAccessKey: SECRET, sessionToken: 'session' };
    const headers = await signedHeaders(unsigned, { region: 'eu-central-1', credentials });
    const message = { ...unsigned, target: `${url.pathname}${url.search}`, headers };
    expect(headers['authorization']).toContain('/eu-central-1/execute-api/aws4_request');
    expect(isSignedBy(SECRET, message)).toBe(true);
    expect(isSignedBy(SECRET, { ...message, method: 'GET' })).toBe(false);
    expect(isSignedBy(SECRET, { ...message, target: '/prod/prewarm' })).toBe(false);
    expect(isSignedBy(SECRET, { ...message, headers: { ...headers, 'x-amz-security-token': 'other' } })).toBe(
      false,
    );
    expect(isSignedBy(SECRET, { ...message, body: '{}' })).toBe(false);
  });
});

describe('warmpath prewarm submit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-send-'));
  const keyFile = join(folder, 'key');
  let server: Server;
  let seen: Seen[] = [];
  /** Bytes of an invocation: its event holds the body in base64, among other things. */
  const EVENT_BYTES = 6 * 1024 * 1024 - 4_000;
  let maxEventBytes = EVENT_BYTES;
  /** What API Gateway answers to a body that no invocation holds, and to one that it takes by no means. */
  const TOO_LONG = '{"message": "Request Too Long"}';
  const BEYOND_GATEWAY = 'HTTP content length exceeded 10485760 bytes.';
  let tooLarge = TOO_LONG;
  const figures = {
    hit_ratio: 0,
    warm_ratio: 1,
    bytes: 9,
    latency_ms: { p50: 1, p95: 1, p99: 1 },
    outcomes: { warmed: 2 },
  };
  const view = {
    request_id: ID,
    stop_reason: null,
    message: null,
    cf_domain: 'a.example',
    verify: 'sample',
    created_at: '2026-01-01 00:00:00',
    timeout_at: '2026-01-01 00:00:00',
    last_update_time: '2026-01-01 00:00:00',
    url_count: 2,
    failed_url_count: 0,
    pop_count: 0,
    fetch_count: 2,
    ...figures,
    pops: [],
  };
  let end: object = { status: 'FINISHED', fetches: 2, warm: 2, failed: 0 };

  function endpoint(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod/`;
  }

  beforeAll(async () => {
    writeFileSync(keyFile, `${API_KEY}\n`);
    chmodSync(keyFile, 0o600);
    server = createServer(async (request, response) => {
      const { method = '', url: target = '', headers } = request;
      const bytes = await read(request);
      seen.push({ method, target, headers, bytes, body: bytes.toString() });
      function answer(status: number, body: object): void {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
      if (method === 'PUT') answer(200, {});
      else if (4 * Math.ceil(bytes.length / 3) > maxEventBytes) response.writeHead(413).end(tooLarge);
      else if (headers['x-api-key'] !== API_KEY) answer(403, { status: 'failure', message: 'Forbidden' });
      else if (target === '/prod/lists')
        answer(200, { list_id: ID, upload_url: `${endpoint()}lists/${ID}`, expires_at: 'later' });
      else if (target.startsWith('/prod/requests/')) answer(200, { ...view, ...end });
      else if (target.startsWith('/prod/report?')) answer(200, { failure_groups: [] });
      // What the gateway says to a route that it does not have.
      else if (target.endsWith('/events')) answer(403, { message: 'Missing Authentication Token' });
      else answer(200, { status: 'Success', request_id: ID, timeout_at: 'later', warnings: ['mind this'] });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    seen = [];
    maxEventBytes = EVENT_BYTES;
    tooLarge = TOO_LONG;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function send(list: string, ...options: readonly string[]) {
    const path = join(folder, 'list.txt');
    writeFileSync(path, list);
    const env = {
      AWS_ACCESS_KEY_ID: KEY_ID,
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const args = ['prewarm', 'submit', path, '--endpoint', endpoint(), '--api-key-file', keyFile, ...options];
    return runCli(args, '', env);
  }

  it('sends the list with the key, and says under which id and until when', async () => {
    const { code, stdout, stderr } = await send(
      'https://a.example/1\nhttps://a.example/2\n',
      '--pops',
      'FRA56-P4',
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${ID}, ends by later UTC\n`,
      stderr: 'warmpath: mind this\n',
    });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      timeout: 1_440,
      instance_count: 1,
      target_type: 'pop',
      pops: ['FRA56-P4'],
      countries: null,
      regions: null,
      near: null,
      near_count: null,
      url_list: ['https://a.example/1', 'https://a.example/2'],
    });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it('signs every request of the API with --iam, and waits for the end with --wait', async () => {
    const signed = ['--iam', '--region', 'eu-central-1', '--wait'];
    const { code, stdout } = await send('https://a.example/1\n', ...signed);
    expect([code, stdout.split('\n')[0]]).toEqual([0, `${ID}: FINISHED, 2 of 2 fetches warm, 0 failed`]);
    expect(seen.map(({ target }) => target)).toEqual([
      '/prod/prewarm',
      `/prod/requests/${ID}`,
      `/prod/prewarm/${ID}/events`,
      `/prod/requests/${ID}`,
      `/prod/report?req_id=${ID}&format=json`,
    ]);
    expect(seen.filter((message) => !isSignedBy(SECRET, message))).toEqual([]);
    end = { status: 'STOPPED', fetches: 1, warm: 1, failed: 0 };
    expect((await send('https://a.example/1\n', '--wait')).code).toBe(1);
  });

  it('uploads a list by its bytes too, since an invocation holds 4.7 MB of a body', async () => {
    function listOf(bytes: number): string {
      const url = `https://a.example/${'p'.repeat(30)}`;
      return Array.from(
        { length: Math.floor(bytes / 57) },
        (_, n) => `${url}/${String(n).padStart(5, '0')}`,
      ).join('\n');
    }
    expect((await send(listOf(3_990_000))).code).toBe(0);
    expect((await send(listOf(4_720_000))).code).toBe(0);
    expect(seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /prod/prewarm',
      'POST /prod/lists',
      `PUT /prod/lists/${ID}`,
      'POST /prod/prewarm',
    ]);
  });

  it('uploads a list that no body holds, and one that the API finds too large', async () => {
    const urls = Array.from({ length: 100_001 }, (_, index) => `https://a.example/${index}`);
    expect((await send(urls.join('\n'))).code).toBe(0);
    maxEventBytes = 1_000;
    tooLarge = BEYOND_GATEWAY;
    expect((await send(urls.slice(0, 100).join('\n'))).code).toBe(0);
    expect(seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /prod/lists',
      `PUT /prod/lists/${ID}`,
      'POST /prod/prewarm',
      'POST /prod/prewarm',
      'POST /prod/lists',
      `PUT /prod/lists/${ID}`,
      'POST /prod/prewarm',
    ]);
    for (const [at, count] of [
      [1, 100_001],
      [5, 100],
    ] as const) {
      const upload = seen[at];
      expect(Number(upload?.headers['content-length'])).toBe(upload?.bytes.length);
      expect(
        gunzipSync(upload?.bytes ?? '')
          .toString()
          .trim()
          .split('\n'),
      ).toEqual(urls.slice(0, count));
      expect(JSON.parse(seen[at + 1]?.body ?? '')).toMatchObject({ list_id: ID });
    }
  });

  it('says what the API refuses, and what cannot be reached, and starts nothing', async () => {
    writeFileSync(join(folder, 'other'), 'o'.repeat(24), { mode: 0o600 });
    const refused = await send('https://a.example/1\n', '--api-key-file', join(folder, 'other'));
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^warmpath: the API answered 403: Forbidden; the key is that of --api-key-file/),
    ]);
    const gone = await send('https://a.example/1\n', '--endpoint', 'http://127.0.0.1:1/');
    expect([gone.code, gone.stderr]).toEqual([
      1,
      expect.stringMatching(/^warmpath: --endpoint: http:\/\/127\.0\.0\.1:1 cannot be reached: /),
    ]);
    const nowhere = await send('https://a.example/1\n', '--endpoint', 'prod');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('--endpoint: got prod; allowed'),
    ]);
  });
});
