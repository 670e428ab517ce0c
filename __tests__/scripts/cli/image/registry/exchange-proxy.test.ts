import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange } from '../../../../../scripts/cli/image/registry/exchange';

const asked: string[] = [];
const proxy = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'} ${body}`);
    if (request.url?.endsWith('/moved'))
      response.writeHead(307, { location: 'http://storage.example.com/blob' }).end();
    else response.writeHead(201, { 'docker-content-digest': 'sha256:1f' }).end('stored');
  });
});
let folder: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'warmpath-exchange-'));
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
  delete process.env['HTTP_PROXY'];
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  asked.length = 0;
});

it('uploads a layer to a registry behind a proxy, as it is on the disk', async () => {
  const file = join(folder, 'layer');
  writeFileSync(file, 'bytes of a layer');
  const answer = await exchange(new URL('http://registry.example.com/v2/app/blobs/uploads/1'), {
    method: 'PATCH',
    headers: { authorization: 'Bearer token' },
    body: { file, sizeBytes: 16 },
  });
  expect({ ...answer, header: answer.header('Docker-Content-Digest'.toLowerCase()) }).toEqual({
    status: 201,
    header: 'sha256:1f',
    body: Buffer.from('stored'),
  });
  expect(asked).toEqual([
    'PATCH http://registry.example.com/v2/app/blobs/uploads/1 Bearer token bytes of a layer',
  ]);
});

it('leaves the credentials behind where it is led to another host', async () => {
  const headers = { authorization: 'Bearer token' };
  await exchange(new URL('http://registry.example.com/moved'), { headers });
  expect(asked).toEqual([
    'GET http://registry.example.com/moved Bearer token ',
    'GET http://storage.example.com/blob - ',
  ]);
});
