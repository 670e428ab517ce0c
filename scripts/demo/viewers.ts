import { request } from 'node:https';
import type { LoopbackCdn, LoopbackPop } from '../loopback-cdn';

/** One viewer's request for one object: cache result and duration. */
export interface View {
  readonly pop: string;
  readonly durationMs: number;
  readonly isHit: boolean;
}

/** One plain HTTPS GET on a connection of its own, as a browser's first request to this edge. */
function view(cdn: LoopbackCdn, pop: LoopbackPop, path: string): Promise<View> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const outgoing = request(
      {
        host: pop.addresses[0],
        port: cdn.edgePort,
        servername: cdn.distributionDomain,
        path,
        headers: { host: cdn.distributionDomain, 'accept-encoding': 'gzip, deflate, br' },
        ca: cdn.caPem,
        agent: false,
      },
      (response) => {
        response.on('error', reject).on('end', () => {
          const isHit = /^Hit /.test(String(response.headers['x-cache']));
          resolve({ pop: pop.code, durationMs: performance.now() - startedAt, isHit });
        });
        response.resume();
      },
    );
    outgoing.on('error', reject).end();
  });
}

const VIEWERS_AT_A_TIME = 4;

/** Viewers come to every PoP and open every path, a few at a time. */
export async function viewAll(cdn: LoopbackCdn, paths: readonly string[]): Promise<View[]> {
  const queue = cdn.pops.flatMap((pop) => paths.map((path) => ({ pop, path })));
  const views: View[] = [];
  async function viewer(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      views.push(await view(cdn, next.pop, next.path));
    }
  }
  await Promise.all(Array.from({ length: VIEWERS_AT_A_TIME }, viewer));
  return views;
}

/** The duration in milliseconds below which this share (0 to 1) of the views lie. */
export function percentile(views: readonly View[], share: number): number {
  const sorted = views.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
