import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time for answers that are underway when the service stops. */
const GRACE_MS = 5_000;
const IDLE_CHECK_MS = 50;

/**
 * Returns how the server is ended: answers underway get some seconds, and nothing else is waited for.
 *
 * Node counts neither a connection on which nothing was asked yet as idle, as browsers open them ahead of need, nor closes one
 * that is kept alive after an answer which was underway.
 */
export function serverEnd(server: Server): () => Promise<void> {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of unused) socket.destroy();
    const closingIdle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const timer = new AbortController();
    await Promise.race([closed, sleep(GRACE_MS, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    clearInterval(closingIdle);
    server.closeAllConnections();
    await closed;
  };
}
