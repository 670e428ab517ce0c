import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { Client } from 'undici';
import type { FetchTarget } from '../ports';
import type { Exchange } from './transport-exchange';

/** Where a connection goes, and as whom. */
export type Peer = Pick<FetchTarget, 'scheme' | 'address' | 'port' | 'host'>;

/** Remembers the TLS session of the last connection to a peer, so that the next handshake is short. */
export interface SessionMemory {
  session?: Buffer;
}

export interface ConnectionOptions {
  readonly secureContext: SecureContext;
  /** How long it is kept without being used, in milliseconds. */
  readonly keepAliveMs: number;
}

const noop = (): void => {};

const connectPeer = (peer: Peer, secureContext: SecureContext, memory: SessionMemory): Socket => {
  const { address: host, port } = peer;
  if (peer.scheme === 'http') return connectTcp({ host, port, noDelay: true });
  const socket = connectTls({
    host,
    port,
    servername: peer.host,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    ...(memory.session ? { session: memory.session } : {}),
  });
  socket.setNoDelay(true);
  socket.on('session', (session) => {
    memory.session = session;
  });
  return socket;
};

/** Undici connects again and again while the other side closes before the request is sent. */
const MAX_CONNECTS = 2;

class ClosedTooEarly extends Error {
  override readonly name = 'ClosedTooEarly';
  readonly code = 'ECONNRESET';
  constructor() {
    super('the connection was closed before the request was sent');
  }
}

/**
 * One connection, to one address, for one host: an undici client that is bound to a peer. It reconnects by itself
 * when the edge closed it between two exchanges.
 */
export class Connection {
  /** What it is busy with. */
  exchange: Exchange | undefined;
  /** Exchanges that it has begun. */
  served = 0;
  /** When it was last given back, as `performance.now()`. */
  idleSince = 0;
  private readonly client: Client;
  private socket: Socket | undefined;
  /** For the present exchange. */
  private connects = 0;

  constructor(peer: Peer, { secureContext, keepAliveMs }: ConnectionOptions, memory: SessionMemory) {
    const origin = `${peer.scheme}://${peer.host}`;
    this.client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      connect: (_options, callback) => {
        this.connects += 1;
        if (this.connects > MAX_CONNECTS) {
          callback(new ClosedTooEarly(), null);
          return;
        }
        const socket = connectPeer(peer, secureContext, memory);
        this.socket = socket;
        let settled = false;
        const settle = (error?: Error): void => {
          if (settled) return;
          settled = true;
          if (error) callback(error, null);
          else callback(null, socket);
        };
        socket.once(peer.scheme === 'https' ? 'secureConnect' : 'connect', () => settle());
        socket.once('error', settle);
        socket.once('close', () => settle(new Error('closed before the connection was made')));
      },
    });
  }

  begin(exchange: Exchange): void {
    this.exchange = exchange;
    exchange.connection = this;
    this.served += 1;
    this.connects = 0;
    const { method, path, headers } = exchange.target;
    // undici closes the connection after HEAD unless `reset` says otherwise.
    this.client.dispatch({ method, path, headers, reset: false }, exchange);
  }

  destroy(): void {
    this.socket?.destroy();
    this.client.destroy(noop);
  }
}
