import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate';
import { startDnsServer, type Zone, type ZoneAnswer } from './dns-server';
import { type Edge, type EdgeCounters, type SeenRequest, startEdge } from './edge';
import { EdgeCache } from './edge-cache';
import { type FaultRule, Faults } from './faults';
import { type OriginObject, startOrigin } from './origin';

export type { SeenRequest } from './edge';
export type { Fault, FaultRule } from './faults';
export type { OriginObject } from './origin';

export interface LoopbackCdnOptions {
  /** First labels of the distributions' `*.cloudfront.net` names. @default ['d111111abcdef8'] */
  readonly labels?: readonly string[];
  /** Points of presence, one caching edge each. @default ['FRA56-P4', 'NRT57-P3'] */
  readonly pops?: readonly string[];
  /** Loopback addresses per PoP. @default 1 */
  readonly addressesPerPop?: number;
  /** Names that are CNAMEs of the first distribution. @default [] */
  readonly aliases?: readonly string[];
  /** How long the origin takes, in milliseconds. @default 0 */
  readonly originDelayMs?: number;
  /** How long an edge takes besides, in milliseconds. @default 0 */
  readonly edgeDelayMs?: number;
  /** Size of every object that `objects` does not list. @default 1024 */
  readonly objectBytes?: number;
  /** Objects of the origin by path without the query. @default {} */
  readonly objects?: Readonly<Record<string, OriginObject>>;
  /** More names: addresses, or what the server does instead of answering. @default {} */
  readonly records?: Readonly<Record<string, readonly string[] | 'nxdomain' | 'servfail' | 'silent'>>;
  /** PoP that the distribution's own name leads to, by address of the EDNS client subnet. @default {} */
  readonly clientSubnets?: Readonly<Record<string, string>>;
}

/** One PoP of a running loopback CDN. */
export interface LoopbackPop {
  readonly code: string;
  readonly addresses: readonly string[];
  readonly counters: Readonly<EdgeCounters>;
  /** Objects in its cache. */
  readonly storedObjects: number;
  /** Empties its cache. */
  clear(): void;
  /** Makes every stored object stale: the next request of each is a RefreshHit. */
  expire(): void;
}

/** A running loopback CDN; `await using` closes it at the end of the block. */
export interface LoopbackCdn extends AsyncDisposable {
  /** The first distribution. */
  readonly distributionDomain: string;
  /** DNS server, `127.0.0.1:<port>`. */
  readonly resolver: string;
  /** The one port of every edge; it speaks TLS and plain HTTP. */
  readonly edgePort: number;
  readonly caPem: string;
  /** Path of a file with the certificate authority (PEM), for clients that read a file. */
  readonly caFile: string;
  readonly pops: readonly LoopbackPop[];
  /** Throws where the code is not one of `pops`. */
  pop(code: string): LoopbackPop;
  /** Every request that any edge saw, in order. */
  readonly seen: readonly SeenRequest[];
  readonly originRequests: number;
  /** DNS queries by lower-case name. */
  readonly queries: ReadonlyMap<string, number>;
  inject(rule: FaultRule): void;
  clearFaults(): void;
  close(): Promise<void>;
}

interface Plan {
  readonly code: string;
  readonly addresses: readonly string[];
  readonly cache: EdgeCache;
  readonly counters: EdgeCounters;
}

const PORT_TRIES = 20;

function zoneOf(domains: readonly string[], plans: readonly Plan[], options: LoopbackCdnOptions): Zone {
  const records = new Map(Object.entries(options.records ?? {}));
  const names = new Map<string, ZoneAnswer>();
  for (const plan of plans) {
    for (const domain of domains) {
      const name = domain.replace('.', `.${plan.code}.`).toLowerCase();
      names.set(name, { kind: 'addresses', addresses: plan.addresses });
    }
    for (const address of plan.addresses) {
      const reverse = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
      const name = `server-${address.replaceAll('.', '-')}.${plan.code.toLowerCase()}.r.cloudfront.net`;
      names.set(reverse, { kind: 'pointer', name });
    }
  }
  const aliases = (options.aliases ?? []).map((alias) => alias.toLowerCase());
  return (name, clientSubnet) => {
    const record = records.get(name);
    if (record !== undefined)
      return typeof record === 'string' ? { kind: record } : { kind: 'addresses', addresses: record };
    const isAlias = aliases.includes(name);
    if (!isAlias && !domains.includes(name)) return names.get(name) ?? { kind: 'nxdomain' };
    const nearest = options.clientSubnets?.[clientSubnet ?? ''] ?? plans[0]?.code;
    const addresses = plans.find(({ code }) => code === nearest)?.addresses ?? [];
    const target = domains[0];
    return { kind: 'addresses', addresses, ...(isAlias && target ? { cname: target } : {}) };
  };
}

/** Starts every edge on one and the same port, as real PoPs share 443; tries another where one is taken. */
async function startEdges(
  start: (plan: Plan, address: string, port: number) => Promise<Edge>,
  plans: Plan[],
) {
  const listeners = plans.flatMap((plan) => plan.addresses.map((address) => ({ plan, address })));
  for (let attempt = 1; ; attempt += 1) {
    const edges: Edge[] = [];
    try {
      for (const { plan, address } of listeners) edges.push(await start(plan, address, edges[0]?.port ?? 0));
      return edges;
    } catch (error) {
      await Promise.all(edges.map((edge) => edge.close()));
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EADDRNOTAVAIL')
        throw new Error(
          `loopback CDN: this machine does not answer on 127.0.0.2 and up; on macOS run "sudo ifconfig lo0 alias 127.0.0.2" for each of ${listeners.length} addresses`,
          { cause: error },
        );
      if (code !== 'EADDRINUSE' || attempt === PORT_TRIES) throw error;
    }
  }
}

/**
 * Starts a content delivery network on loopback, for tests, the demo and the benches: a DNS server that knows the
 * PoPs by name, and caching TLS edges, one port, one address each, before a slow origin.
 */
export async function startLoopbackCdn(options: LoopbackCdnOptions = {}): Promise<LoopbackCdn> {
  const domains = (options.labels ?? ['d111111abcdef8']).map((label) =>
    `${label}.cloudfront.net`.toLowerCase(),
  );
  const distributionDomain = domains[0];
  if (distributionDomain === undefined) throw new Error('loopback CDN: labels is empty; give at least one');
  const aliases = options.aliases ?? [];
  const certificate = await makeCertificate(['*.cloudfront.net', ...domains, ...aliases]);
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-cdn-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificate.caPem);
  const origin = await startOrigin({
    delayMs: options.originDelayMs ?? 0,
    objectBytes: options.objectBytes ?? 1024,
    objects: options.objects ?? {},
  });

  const perPop = options.addressesPerPop ?? 1;
  const plans: Plan[] = (options.pops ?? ['FRA56-P4', 'NRT57-P3']).map((code, index) => ({
    code,
    addresses: Array.from({ length: perPop }, (_, n) => {
      const host = 2 + index * perPop + n;
      return `127.0.${host >> 8}.${host & 255}`;
    }),
    cache: new EdgeCache(origin.port),
    counters: { connections: 0, requests: 0, peakRequests: 0, hits: 0, misses: 0, bodyBytes: 0 },
  }));
  const faults = new Faults();
  const seen: SeenRequest[] = [];
  const edges = await startEdges(
    ({ code, cache, counters }, address, port) =>
      startEdge({
        pop: code,
        address,
        port,
        certificate,
        cache,
        faults,
        counters,
        onRequest: (request) => seen.push(request),
        latencyMs: options.edgeDelayMs ?? 0,
      }),
    plans,
  );
  const dns = await startDnsServer(zoneOf(domains, plans, options));

  const pops: LoopbackPop[] = plans.map(({ code, addresses, cache, counters }) => ({
    code,
    addresses,
    counters,
    get storedObjects() {
      return cache.size;
    },
    clear: () => cache.clear(),
    expire: () => cache.expire(),
  }));
  async function close(): Promise<void> {
    for (const { cache } of plans) cache.close();
    await Promise.all([dns.close(), origin.close(), ...edges.map((edge) => edge.close())]);
    await rm(folder, { recursive: true, force: true });
  }
  return {
    distributionDomain,
    resolver: `127.0.0.1:${dns.port}`,
    edgePort: edges[0]?.port ?? 0,
    caPem: certificate.caPem,
    caFile,
    pops,
    pop: (code) => {
      const found = pops.find((pop) => pop.code === code);
      if (!found)
        throw new Error(`loopback CDN: no PoP ${code}; it has ${pops.map((pop) => pop.code).join(', ')}`);
      return found;
    },
    seen,
    get originRequests() {
      return origin.requests;
    },
    queries: dns.queries,
    inject: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
