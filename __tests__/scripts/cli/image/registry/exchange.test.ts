import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange } from '../../../../../scripts/cli/image/registry/exchange';
import { closing } from '../../../../support/closing';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function startServer(handler: Handler) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const headers = { authorization: 'Basic secret', accept: 'text/plain' };

describe('a request to a registry', () => {
  it('follows a redirect to another host without the credentials', async () => {
    await using storage = closing(
      await startServer(({ headers: { authorization, accept } }, response) => {
        response.end(`${authorization} ${accept}`);
      }),
    );
    await using registry = closing(
      await startServer((_, response) => {
        response.writeHead(307, { location: `${storage.url}/layer` }).end();
      }),
    );
    const { status, body } = await exchange(new URL(`${registry.url}/blob`), { headers });
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'undefined text/plain' });
  });

  it('keeps the credentials where the redirect stays on the host', async () => {
    await using registry = closing(
      await startServer((request, response) => {
        if (request.url === '/there') response.end(request.headers.authorization);
        else response.writeHead(302, { location: '/there' }).end();
      }),
    );
    expect((await exchange(new URL(registry.url), { headers })).body.toString()).toBe('Basic secret');
  });

  it('ends a chain of redirects, and follows none of a write', async () => {
    await using registry = closing(
      await startServer((_, response) => {
        response.writeHead(307, { location: '/again' }).end();
      }),
    );
    await expect(exchange(new URL(registry.url), {})).rejects.toThrow(/redirects more than 5 times/);
    const written = await exchange(new URL(registry.url), { method: 'PUT', body: Buffer.from('a') });
    expect([written.status, written.header('location')]).toEqual([307, '/again']);
  });

  it('sends bytes and files with their length, and fails with a connection that breaks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-exchange-'));
    const file = join(folder, 'layer');
    writeFileSync(file, 'x'.repeat(200_000));
    await using registry = closing(
      await startServer((request, response) => {
        if (request.url === '/broken') return void request.socket.destroy();
        let sizeBytes = 0;
        request.on('data', (part: Buffer) => {
          sizeBytes += part.length;
        });
        request.on('end', () => response.end(`${request.headers['content-length']} ${sizeBytes}`));
      }),
    );
    async function sent(body: NonNullable<Parameters<typeof exchange>[1]['body']>) {
      return (await exchange(new URL(registry.url), { method: 'PATCH', body })).body.toString();
    }
    expect(await sent({ file, sizeBytes: 200_000 })).toBe('200000 200000');
    expect(await sent(Buffer.from('abc'))).toBe('3 3');
    await expect(exchange(new URL(`${registry.url}/broken`), {})).rejects.toThrow();
    rmSync(folder, { recursive: true, force: true });
  });
});
