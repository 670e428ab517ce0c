import type { FetchAnswer, FetchTarget, Transport } from '../engine/ports/transport';
import { Exchange } from './transport-exchange';
import { ConnectionPool, type PoolOptions } from './transport-pool';
import { trustedContext } from './trusted-certificates';

export interface TransportOptions {
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string;
  /** Connections per address and host; more exchanges wait for one. @default 2048 */
  readonly maxConnectionsPerPool?: number;
  /** Connections to all addresses together, beyond which unused ones are closed before another is opened. @default no bound */
  readonly maxConnections?: number;
  /** How long an unused connection is kept, in milliseconds. @default 5000 */
  readonly keepAliveMs?: number;
  /**
   * How long further connections to a peer wait for the session that the first one gets, in milliseconds: it makes their handshakes
   * short, and a peer that is near has given it by then.
   * @default 40
   */
  readonly awaitSessionMs?: number;
}

/** All time-outs and pauses are kept to this precision, in milliseconds. */
const TICK_MS = 25;
/** Most bytes that the kernel returns per read. */
const READ_BUFFER_BYTES = 65_536;

class SocketTransport implements Transport {
  private readonly pools = new Map<string, ConnectionPool>();
  private readonly options: PoolOptions;
  private ticker: NodeJS.Timeout | undefined;
  /** The pool of the fetch before, which is often that of the next. */
  private lastPool: ConnectionPool | undefined;

  constructor({
    ca,
    maxConnectionsPerPool = 2048,
    maxConnections = Number.POSITIVE_INFINITY,
    keepAliveMs = 5_000,
    awaitSessionMs = 40,
  }: TransportOptions) {
    // Certificates that are none fail here, not at each connection.
    if (ca !== undefined) trustedContext(ca);
    const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
    const makeRoom = (): void => this.closeUnused(maxConnections);
    this.options = {
      ca,
      readBuffer,
      maxConnections: maxConnectionsPerPool,
      keepAliveMs,
      awaitSessionMs,
      makeRoom,
    };
  }

  fetch(target: FetchTarget, signal?: AbortSignal): Promise<FetchAnswer> {
    const pool = this.poolOf(target);
    return new Promise((resolve) => pool.run(new Exchange(target, signal, pool, resolve)));
  }

  async close(): Promise<void> {
    for (const pool of this.pools.values()) pool.close();
    this.forgetUnused();
  }

  private poolOf(target: FetchTarget): ConnectionPool {
    if (this.lastPool?.leadsTo(target)) return this.lastPool;
    const { scheme, address, port, host } = target;
    const key = `${scheme} ${address} ${port} ${host}`;
    const pool = this.pools.get(key) ?? new ConnectionPool({ scheme, address, port, host }, this.options);
    this.pools.set(key, pool);
    this.lastPool = pool;
    this.ticker ??= setInterval(() => this.tick(performance.now()), TICK_MS).unref();
    return pool;
  }

  /** Each is of an address that fetches go to no more, or to fewer at a time than before. */
  private closeUnused(maxConnections: number): void {
    if (maxConnections === Number.POSITIVE_INFINITY) return;
    let open = 1;
    for (const pool of this.pools.values()) open += pool.size;
    for (const pool of this.pools.values()) while (open > maxConnections && pool.closeOldest()) open -= 1;
  }

  private tick(now: number): void {
    for (const pool of this.pools.values()) pool.tick(now);
    this.forgetUnused();
  }

  private forgetUnused(): void {
    for (const [key, pool] of this.pools) if (pool.size === 0) this.pools.delete(key);
    this.lastPool = undefined;
    if (this.pools.size > 0) return;
    clearInterval(this.ticker);
    this.ticker = undefined;
  }
}

/**
 * HTTP/1.1 over sockets of its own: keep-alive connections to given addresses, the URL's own host as SNI and Host, one
 * request at a time on each. Bodies are counted in the read buffer and never copied. Closing it breaks the exchanges
 * underway.
 */
export function createTransport(options: TransportOptions = {}): Transport {
  return new SocketTransport(options);
}
