import { Connection, type ConnectionShare, type Peer } from './transport-connection';
import type { Exchange, ExchangeOwner } from './transport-exchange';
import { RequestWriter } from './transport-request';

export interface PoolOptions {
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca: string | undefined;
  readonly readBuffer: Buffer;
  readonly maxConnections: number;
  /** Idle time after which a connection is closed, in milliseconds. */
  readonly keepAliveMs: number;
  /** How long the others wait for the session that the first connection gets, in milliseconds. */
  readonly awaitSessionMs: number;
  /** Called before a connection is opened. */
  readonly makeRoom: () => void;
}

/** Pool of connections to one address for one host. */
export class ConnectionPool implements ExchangeOwner {
  private readonly idle: Connection[] = [];
  private readonly waiting: Exchange[] = [];
  private readonly connections = new Set<Connection>();
  private readonly share: ConnectionShare;
  /** When the first connection was opened, as `performance.now()`. */
  private firstOpenedAt: number | undefined;

  constructor(
    private readonly peer: Peer,
    private readonly options: PoolOptions,
  ) {
    const { ca, readBuffer } = options;
    const writer = new RequestWriter(peer.host);
    const onLost = (connection: Connection): void => this.lost(connection);
    const onSession = (): void => this.beginWaiting();
    this.share = { peer, ca, readBuffer, writer, memory: {}, onLost, onSession };
  }

  /** Connections, used and unused. */
  get size(): number {
    return this.connections.size;
  }

  /** Closes the connection that has been unused for longest; returns false where there is none. */
  closeOldest(): boolean {
    const oldest = this.idle.shift();
    if (oldest) this.drop(oldest);
    return oldest !== undefined;
  }

  leadsTo({ address, host, port, scheme }: Peer): boolean {
    const { peer } = this;
    return address === peer.address && host === peer.host && port === peer.port && scheme === peer.scheme;
  }

  /** The connection that was used last comes first, so that those in excess grow old and go. */
  run(exchange: Exchange): void {
    const connection =
      this.idle.pop() ?? (this.awaitsSession(exchange.startedAt) ? undefined : this.connect());
    if (connection) connection.begin(exchange, exchange.startedAt);
    else this.waiting.push(exchange);
  }

  ended(exchange: Exchange, reusable: boolean, now: number): void {
    const { connection } = exchange;
    if (!connection) {
      this.waiting.splice(this.waiting.indexOf(exchange), 1);
      return;
    }
    connection.exchange = undefined;
    if (!reusable) this.drop(connection);
    const next = this.waiting.shift();
    if (next) {
      const free = reusable ? connection : this.connect();
      free?.begin(next, now);
    } else if (reusable) {
      connection.idleSince = now;
      this.idle.push(connection);
    }
  }

  /** An edge may close a kept connection just as it is used again; that says nothing about the edge. */
  startOver(exchange: Exchange, now: number): boolean {
    const { connection } = exchange;
    if (!connection || connection.served < 2) return false;
    this.drop(connection);
    exchange.restart(now);
    this.connect()?.begin(exchange, now);
    return true;
  }

  /** One tick of the shared clock: time-outs of what runs, and an end to what has been idle for long. */
  tick(now: number): void {
    for (const { exchange } of this.connections) exchange?.check(now);
    if (!this.awaitsSession(now)) this.beginWaiting();
    for (const exchange of [...this.waiting]) exchange.check(now);
    const { keepAliveMs } = this.options;
    while (this.idle[0] && now - this.idle[0].idleSince > keepAliveMs) this.closeOldest();
  }

  close(): void {
    const closed = new Error('the transport is closed');
    for (const exchange of this.waiting.splice(0)) exchange.broke(closed);
    for (const connection of [...this.connections]) {
      connection.exchange?.broke(closed);
      this.drop(connection);
    }
    this.idle.length = 0;
  }

  private awaitsSession(now: number): boolean {
    const { peer, connections, firstOpenedAt, share } = this;
    if (peer.scheme !== 'https' || share.memory.session !== undefined) return false;
    if (connections.size === 0) return false;
    return firstOpenedAt !== undefined && now - firstOpenedAt < this.options.awaitSessionMs;
  }

  /** Begins the exchanges that wait, as far as there are connections for them. */
  private beginWaiting(): void {
    const now = performance.now();
    while (this.waiting.length > 0) {
      const connection = this.idle.pop() ?? this.connect();
      const next = connection && this.waiting.shift();
      if (!next) return;
      connection.begin(next, now);
    }
  }

  private lost(connection: Connection): void {
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    this.drop(connection);
  }

  private connect(): Connection | undefined {
    if (this.connections.size >= this.options.maxConnections) return undefined;
    this.options.makeRoom();
    this.firstOpenedAt ??= performance.now();
    const connection = new Connection(this.share);
    this.connections.add(connection);
    return connection;
  }

  private drop(connection: Connection): void {
    this.connections.delete(connection);
    connection.destroy();
  }
}
