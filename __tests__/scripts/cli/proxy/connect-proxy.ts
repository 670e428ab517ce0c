import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * An HTTP proxy on loopback that leads every tunnel to one port, whatever host it is asked for, and records the hosts.
 * Any other status than 200 refuses them all.
 */
export class ConnectProxy implements AsyncDisposable {
  /** Hosts and ports of the tunnels, in order. */
  readonly tunnels: string[] = [];
  /** `Proxy-Authorization` of each. */
  readonly authorizations: (string | undefined)[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    targetPort: number,
    status: number,
  ) {
    server.on('connect', (request, socket: Socket) => {
      this.tunnels.push(request.url ?? '');
      this.authorizations.push(request.headers['proxy-authorization']);
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
        return;
      }
      const target = connect(targetPort, '127.0.0.1');
      for (const end of [socket, target]) {
        this.sockets.add(end);
        end.on('error', () => undefined).on('close', () => this.sockets.delete(end));
      }
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
  }

  static async start(targetPort: number, status = 200): Promise<ConnectProxy> {
    const server = createServer((_, response) => response.writeHead(400).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ConnectProxy(server, targetPort, status);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
