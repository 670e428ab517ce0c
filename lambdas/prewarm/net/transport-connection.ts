import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { FetchTarget } from '../engine/ports/transport';
import { AnswerReader } from './transport-answer';
import { connectionError } from './transport-errors';
import type { RequestWriter } from './transport-request';
import { trustedContext } from './trusted-certificates';

/** Peer of a connection: its address, and the host it is contacted as. */
export type Peer = Pick<FetchTarget, 'scheme' | 'address' | 'port' | 'host'>;

/** Remembers the TLS session of the last connection to a peer, so that the next handshake is short. */
export interface SessionMemory {
  session?: Buffer;
}

/** Options and buffers that all connections to a peer share. */
export interface ConnectionShare {
  readonly peer: Peer;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca: string | undefined;
  /** Every read of every connection goes into it and is dealt with before the next: nothing is allocated per read. */
  readonly readBuffer: Buffer;
  readonly writer: RequestWriter;
  readonly memory: SessionMemory;
  /** The peer closed an idle connection. */
  readonly onLost: (connection: Connection) => void;
  /** The peer gave the first session. */
  readonly onSession: () => void;
}

/** One exchange on a connection: a request and its response. */
export interface CarriedExchange {
  readonly target: FetchTarget;
  /** The connection it runs on. */
  connection: Connection | undefined;
  /** One tick of the shared clock. */
  check(now: number): void;
  /** The connection is established: the request is written. */
  sent(now: number): void;
  /** Handles bytes of the response; returns false when reading is to pause. */
  read(reader: AnswerReader): boolean;
  /** The connection ended, could not be established, or carried something other than a response. */
  broke(error: Error, reader?: AnswerReader): void;
}

class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  readonly code = 'ECONNRESET';
  constructor() {
    super('the other side closed the connection');
  }
}

/** One connection, to one address, for one host, with one exchange at a time. */
export class Connection {
  /** The exchange underway. */
  exchange: CarriedExchange | undefined;
  /** Exchanges begun on this connection. */
  served = 0;
  /** When it last became idle, as `performance.now()`. */
  idleSince = 0;
  private readonly socket: Socket;
  private readonly reader = new AnswerReader();
  private isReady = false;

  constructor(private readonly share: ConnectionShare) {
    this.socket = share.peer.scheme === 'https' ? this.openTls() : this.openTcp();
    this.socket.setNoDelay(true);
    this.socket.once(share.peer.scheme === 'https' ? 'secureConnect' : 'connect', () => this.ready());
    this.socket.on('error', (error) => this.ended(connectionError(error, this.socket)));
    this.socket.once('end', () => this.endedInOrder());
    this.socket.once('close', () => this.endedUnasked());
  }

  begin(exchange: CarriedExchange, now: number): void {
    this.exchange = exchange;
    exchange.connection = this;
    this.served += 1;
    if (this.isReady) this.send(exchange, now);
  }

  /** Resumes reading where an exchange paused it. */
  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.exchange = undefined;
    this.socket.destroy();
  }

  private openTls(): Socket {
    const { peer, ca, memory } = this.share;
    const options: ConnectionOptions & { readonly onread: OnReadOpts } = {
      host: peer.address,
      port: peer.port,
      servername: peer.host,
      secureContext: trustedContext(ca),
      ALPNProtocols: ['http/1.1'],
      onread: this.onRead(),
      ...(memory.session ? { session: memory.session } : {}),
    };
    const socket = connectTls(options);
    socket.on('session', (session) => {
      const isFirst = memory.session === undefined;
      memory.session = session;
      if (isFirst) this.share.onSession();
    });
    return socket;
  }

  private openTcp(): Socket {
    const { address: host, port } = this.share.peer;
    return connectTcp({ host, port, onread: this.onRead() });
  }

  private onRead(): OnReadOpts {
    const { readBuffer } = this.share;
    return { buffer: readBuffer, callback: (length) => this.read(readBuffer, length) };
  }

  private ready(): void {
    this.isReady = true;
    if (this.exchange) this.send(this.exchange, performance.now());
  }

  private send(exchange: CarriedExchange, now: number): void {
    let request: string;
    try {
      request = this.share.writer.write(exchange.target);
    } catch (error) {
      exchange.broke(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.reader.begin(exchange.target.method);
    exchange.sent(now);
    this.socket.write(request, 'latin1');
  }

  private read(buffer: Buffer, length: number): boolean {
    const { exchange, reader } = this;
    if (!exchange) {
      // Nothing was asked for: what comes could only be taken for the next answer.
      this.endedUnasked();
      return true;
    }
    try {
      reader.take(buffer, length);
    } catch (error) {
      exchange.broke(error instanceof Error ? error : new Error(String(error)), reader);
      return true;
    }
    return exchange.read(reader);
  }

  /** Over TLS also where no close_notify came before the end: Node tells both in the same way. */
  private endedInOrder(): void {
    this.reader.endOfConnection();
    this.endedUnasked();
  }

  /** Most connections end idle, and the trace of an error costs much. */
  private endedUnasked(): void {
    if (this.exchange) this.exchange.broke(new ConnectionClosed(), this.reader);
    else this.share.onLost(this);
  }

  private ended(error: Error): void {
    if (this.exchange) this.exchange.broke(error, this.reader);
    else this.share.onLost(this);
  }
}
