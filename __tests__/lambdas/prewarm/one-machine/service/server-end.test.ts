import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { serverEnd } from '../../../../../lambdas/prewarm/one-machine/service/server-end';
import { until } from '../../../../support/until';

describe('the end of a server', () => {
  async function start() {
    const answers: ServerResponse[] = [];
    const server = createServer((_, response) => answers.push(response));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const end = serverEnd(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as AddressInfo;
    async function client(): Promise<Socket> {
      const before = connections;
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      await until(() => connections > before);
      return socket;
    }
    return { answers, end, client };
  }

  function closing(socket: Socket): Promise<void> {
    socket.resume();
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  it('waits for no connection on which nothing was asked, or only a part of a request', async () => {
    const { end, client } = await start();
    const unused = closing(await client());
    const half = await client();
    half.write('GET / HTTP/1.1\r\nHo');
    await end();
    await Promise.all([unused, closing(half)]);
  });

  it('lets an answer that is underway go out, and closes its connection then', async () => {
    const { answers, end, client } = await start();
    const socket = await client();
    let read = '';
    socket.on('data', (bytes) => (read += String(bytes)));
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => answers.length === 1);
    const [ended, closed] = [end(), closing(socket)];
    answers[0]?.end('the whole of it');
    await Promise.all([ended, closed]);
    expect(read).toContain('the whole of it');
  });
});
