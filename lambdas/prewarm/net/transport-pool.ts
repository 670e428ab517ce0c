import type { SecureContext } from 'node:tls';
import { Connection, type Peer, type SessionMemory } from './transport-connection';
import type { Exchange, ExchangeOwner } from './transport-exchange';

export interface PoolOptions {
  readonly secureContext: SecureContext;
  readonly maxConnections: number;
  readonly keepAliveMs: number;
}

/** The connections to one address for one host. */
export class ConnectionPool implements ExchangeOwner {
  private readonly idle: Connection[] = [];
  private readonly waiting: Exchange[] = [];
  private readonly connections = new Set<Connection>();
  private readonly session: SessionMemory = {};

  constructor(
    private readonly peer: Peer,
    private readonly options: PoolOptions,
  ) {}

  get isUnused(): boolean {
    return this.connections.size === 0;
  }

  /** The connection that was used last comes first, so that those in excess grow old and go. */
  run(exchange: Exchange): void {
    const connection = this.idle.pop() ?? this.connect();
    if (connection) connection.begin(exchange);
    else this.waiting.push(exchange);
  }

  ended(exchange: Exchange, broken: boolean): void {
    const { connection } = exchange;
    if (!connection) {
      this.waiting.splice(this.waiting.indexOf(exchange), 1);
      return;
    }
    connection.exchange = undefined;
    if (broken) this.drop(connection);
    const next = this.waiting.shift();
    if (next) {
      const free = broken ? this.connect() : connection;
      free?.begin(next);
    } else if (!broken) {
      connection.idleSince = performance.now();
      this.idle.push(connection);
    }
  }

  /** An edge may close a kept connection just as it is used again; that says nothing about the edge. */
  startOver(exchange: Exchange): boolean {
    const { connection } = exchange;
    if (!connection || connection.served < 2) return false;
    this.drop(connection);
    this.connect()?.begin(exchange);
    return true;
  }

  /** One tick of the shared clock: time-outs of what runs, and an end to what has been idle for long. */
  tick(now: number): void {
    for (const { exchange } of this.connections) exchange?.check(now);
    for (const exchange of this.waiting) exchange.check(now);
    const { keepAliveMs } = this.options;
    while (this.idle[0] && now - this.idle[0].idleSince > keepAliveMs) {
      const old = this.idle.shift();
      if (old) this.drop(old);
    }
  }

  close(): void {
    for (const exchange of [...this.waiting]) exchange.onError(new Error('the transport is closed'));
    for (const connection of this.connections) this.drop(connection);
    this.idle.length = 0;
  }

  private connect(): Connection | undefined {
    if (this.connections.size >= this.options.maxConnections) return undefined;
    const connection = new Connection(this.peer, this.options, this.session);
    this.connections.add(connection);
    return connection;
  }

  private drop(connection: Connection): void {
    this.connections.delete(connection);
    connection.destroy();
  }
}
