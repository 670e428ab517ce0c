import { Resolver as DnsResolver } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import type { Resolution, Resolver } from '../engine/ports/resolver';
import { isDistributionDomain } from '../engine/request/distribution';
import { TtlCache } from './ttl-cache';

export interface ResolverOptions {
  /**
   * DNS servers, `HOST:PORT` with an IP address as host. An own server is the operator's choice.
   * @default - the system's
   */
  readonly servers?: readonly string[];
  /**
   * Time for one try, in milliseconds.
   * @default 2000
   */
  readonly timeoutMs?: number;
  /** @default 2 */
  readonly tries?: number;
  /**
   * Names asked for at a time; more wait.
   * @default 64
   */
  readonly concurrency?: number;
  /**
   * Milliseconds, for the life of cache entries.
   * @default performance.now
   */
  readonly now?: () => number;
}

const MAX_CACHED_NAMES = 10_000;
const MAX_CNAMES = 8;
const TTL_SECONDS = {
  /** Addresses of edges change: upper bound of a cached response's life, whatever its TTL. */
  longest: 300,
  shortest: 1,
  unknownName: 30,
  failed: 2,
} as const;

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'EUNKNOWN';
}

function isNoName(code: string): boolean {
  return code === 'ENOTFOUND';
}

function isNoRecord(code: string): boolean {
  return code === 'ENODATA';
}

interface Records {
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
}

type Lookup = { readonly resolution: Resolution; readonly ttlSeconds: number };

const ABORTED: Resolution = { kind: 'failed', message: 'the look-up was given up' };

/**
 * Looks names up in DNS, never in the hosts file. Names that do not exist and servers that do not answer are data;
 * nothing is thrown. Responses are cached for their TTL, at most five minutes; concurrent look-ups of a name share one query.
 */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const { concurrency = 64, now = () => performance.now() } = options;
  const dns = new DnsResolver({ timeout: options.timeoutMs ?? 2_000, tries: options.tries ?? 2 });
  if (options.servers !== undefined) dns.setServers(options.servers);
  const cache = new TtlCache<Resolution>(MAX_CACHED_NAMES, now);
  const running = new Map<string, Promise<Resolution>>();
  const waiting: (() => void)[] = [];
  let free = concurrency;

  /** Returns the records of one type; none where the name has others only. */
  async function records(name: string, type: 4 | 6): Promise<Records> {
    try {
      const found = await (type === 4
        ? dns.resolve4(name, { ttl: true })
        : dns.resolve6(name, { ttl: true }));
      return {
        addresses: found.map(({ address }) => address),
        ttlSeconds: Math.min(...found.map(({ ttl }) => ttl)),
      };
    } catch (error) {
      if (isNoRecord(codeOf(error))) return { addresses: [], ttlSeconds: TTL_SECONDS.unknownName };
      throw error;
    }
  }

  /** IPv4 addresses, and IPv6 ones where there are none: a machine without IPv6 must not be sent to them. */
  async function eitherRecords(name: string): Promise<Records> {
    const found = await records(name, 4);
    return found.addresses.length > 0 ? found : records(name, 6);
  }

  /** `resolve4` follows CNAMEs but does not say which; a distribution's own name has none. */
  async function canonicalName(name: string): Promise<string> {
    let canonical = name;
    for (let hops = 0; hops < MAX_CNAMES && !isDistributionDomain(canonical); hops += 1) {
      const next = await dns.resolveCname(canonical).catch((error: unknown): readonly string[] => {
        if (isNoRecord(codeOf(error)) || isNoName(codeOf(error))) return [];
        throw error;
      });
      if (next[0] === undefined) break;
      canonical = next[0].toLowerCase();
    }
    return canonical;
  }

  async function lookUp(name: string): Promise<Lookup> {
    try {
      const [found, canonical] = await Promise.all([
        eitherRecords(name),
        // A PoP's own name needs no second question.
        name.endsWith('.cloudfront.net') ? name : canonicalName(name),
      ]);
      const addresses = [...new Set(found.addresses)];
      if (addresses.length === 0)
        return { resolution: { kind: 'unknown-name' }, ttlSeconds: TTL_SECONDS.unknownName };
      const ttlSeconds = Math.max(TTL_SECONDS.shortest, Math.min(TTL_SECONDS.longest, found.ttlSeconds));
      return { resolution: { kind: 'addresses', addresses, canonicalName: canonical }, ttlSeconds };
    } catch (error) {
      const code = codeOf(error);
      if (isNoName(code))
        return { resolution: { kind: 'unknown-name' }, ttlSeconds: TTL_SECONDS.unknownName };
      const message = code === 'ETIMEOUT' ? 'no DNS server answered in time' : `DNS answered ${code}`;
      return { resolution: { kind: 'failed', message }, ttlSeconds: TTL_SECONDS.failed };
    }
  }

  async function inTurn(name: string): Promise<Resolution> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const { resolution, ttlSeconds } = await lookUp(name);
      cache.set(name, resolution, ttlSeconds);
      return resolution;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
      running.delete(name);
    }
  }

  function shared(name: string): Promise<Resolution> {
    const cached = cache.get(name);
    if (cached) return Promise.resolve(cached);
    const started = running.get(name) ?? inTurn(name);
    running.set(name, started);
    return started;
  }

  return {
    resolve: async (written, signal) => {
      if (signal?.aborted) return ABORTED;
      const answer = shared(written.toLowerCase());
      if (!signal) return answer;
      // All names of a request are asked for with one signal.
      setMaxListeners(0, signal);
      let giveUp: () => void = () => {};
      const given = new Promise<Resolution>((resolve) => {
        giveUp = () => resolve(ABORTED);
        signal.addEventListener('abort', giveUp, { once: true });
      });
      try {
        return await Promise.race([answer, given]);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
  };
}
