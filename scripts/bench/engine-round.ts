import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { popCode } from '../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../lambdas/prewarm/engine/model/request';
import { warmCount } from '../../lambdas/prewarm/engine/model/tally';
import type { Log } from '../../lambdas/prewarm/engine/ports/log';
import { createResolver } from '../../lambdas/prewarm/net/resolver';
import { openEngine } from '../../lambdas/prewarm/one-machine/engine/engine';
import { startDnsServer } from '../loopback-cdn/dns-server';
import { DOMAIN, type Edges } from './edges';

export interface EngineRound {
  /** From the request handed in to its report written. */
  readonly seconds: number;
  readonly fetches: number;
  readonly bytes: number;
}

export interface EngineRoundOptions {
  readonly edges: Pick<Edges, 'pops' | 'port' | 'caPem'>;
  readonly urls: Iterable<string>;
  readonly verify?: RequestSpec['verify'];
  /** Each is four slices at a time. */
  readonly instanceCount?: number;
  /** Fetches at a time, at most. @default - as the engine finds best */
  readonly maxFetchesInFlight?: number;
  /** @default - as many as there are cores */
  readonly threads?: number;
}

const silent: Log = {
  info: () => {},
  warn: () => {},
  error: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
};

/** Starts the DNS server that knows the PoPs of a bench. */
export function startBenchDns({ pops }: Pick<Edges, 'pops'>): ReturnType<typeof startDnsServer> {
  const addresses = new Map(
    pops.map(({ code, address }) => [DOMAIN.replace('.', `.${code}.`).toLowerCase(), address]),
  );
  return startDnsServer((name) => {
    const address = addresses.get(name) ?? (name === DOMAIN ? pops[0]?.address : undefined);
    return address === undefined ? { kind: 'nxdomain' } : { kind: 'addresses', addresses: [address] };
  });
}

async function* each(urls: Iterable<string>): AsyncGenerator<string> {
  yield* urls;
}

/**
 * One whole request through the embedded engine: DNS, durable store and queue on disk, fetches over TLS, accounting,
 * report. Throws where any fetch did not end warm, since a failed fetch is a fast one.
 */
export async function runEngine(options: EngineRoundOptions): Promise<EngineRound> {
  const { edges, urls, verify = 'sample', instanceCount = 4, maxFetchesInFlight, threads } = options;
  const dns = await startBenchDns(edges);
  const dataDir = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  const engine = await openEngine({
    dataDir,
    log: silent,
    addressPolicy: 'any',
    resolver: createResolver({ servers: [`127.0.0.1:${dns.port}`] }),
    edgePort: edges.port,
    ca: edges.caPem,
    sizing: 'none',
    ...(threads === undefined ? {} : { threads }),
    ...(maxFetchesInFlight === undefined ? {} : { limits: { maxFetchesInFlight } }),
  });
  try {
    const began = performance.now();
    const { id } = await engine.submit(
      {
        distributionDomain: DOMAIN,
        cfDomain: DOMAIN,
        aliases: [],
        pops: edges.pops.map(({ code }) => popCode(code)),
        headers: [],
        encodings: ['browser'],
        verify,
        skipWarm: false,
        needInvalidate: false,
        instanceCount,
        // Ends a round that a busy machine does not get through.
        timeoutMinutes: 5,
        sources: [],
      },
      each(urls),
    );
    const { progress, totals, message } = await engine.waitForEnd(id);
    const seconds = (performance.now() - began) / 1000;
    if (progress.fetches !== totals?.fetchCount || warmCount(progress) !== progress.fetches)
      throw new Error(
        `bench: ${warmCount(progress)} of ${totals?.fetchCount} fetches warm ${JSON.stringify(progress.outcomes)} ${message ?? ''}`,
      );
    return { seconds, fetches: progress.fetches, bytes: progress.bytes };
  } finally {
    await engine.close();
    await dns.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** URLs that no earlier round has asked for. */
export function* freshUrls(prefix: string, count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) yield `https://${DOMAIN}/${prefix}/${index}`;
}
