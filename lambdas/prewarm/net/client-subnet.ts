import { isIPv4 } from 'node:net';
import type { Answer } from 'dns-packet';
import { askDns, DnsFailure, type DnsServerAddress } from './dns-exchange';

/** An edge that answers clients of a network. */
export interface DiscoveredEdge {
  readonly address: string;
  /** Site of the point of presence in upper case, such as `FRA56`; absent where the address has no such name. */
  readonly site?: string;
}

export type Discovery =
  | { readonly kind: 'edges'; readonly clientSubnet: string; readonly edges: readonly DiscoveredEdge[] }
  | { readonly kind: 'failed'; readonly clientSubnet: string; readonly message: string };

export interface DiscoverOptions {
  readonly distributionDomain: string;
  /** Networks to ask as, `ADDRESS/BITS`. */
  readonly clientSubnets: readonly string[];
  /** A resolver that passes the client subnet on; few of those that providers hand out do. */
  readonly server: DnsServerAddress;
  /** For one question, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

const NAME_ERROR = 3;
/** `server-13-32-1-2.fra56.r.cloudfront.net`, with a suffix such as `-p4` in some places. */
const EDGE_NAME = /\.([a-z]{3}\d{1,3}(?:-[a-z]\d{1,2})?)\.r\.cloudfront\.net$/i;

/** Returns true for an IPv4 network that a question may be asked for, `ADDRESS/BITS`. */
export function isSubnet(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= 32;
}

async function answersOf(
  question: Parameters<typeof askDns>[0],
  server: DnsServerAddress,
  timeoutMs: number,
): Promise<readonly Answer[]> {
  const packet = await askDns(question, server, timeoutMs);
  const code = packet.flags === undefined ? 0 : packet.flags & 0x0f;
  if (code === NAME_ERROR) return [];
  if (code !== 0) throw new DnsFailure(`the DNS server answered with code ${code}`);
  return packet.answers ?? [];
}

async function siteOf(
  address: string,
  server: DnsServerAddress,
  timeoutMs: number,
): Promise<string | undefined> {
  const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const answers = await answersOf({ name, type: 'PTR' }, server, timeoutMs).catch(() => []);
  for (const answer of answers) {
    const site = answer.type === 'PTR' ? EDGE_NAME.exec(answer.data)?.[1] : undefined;
    if (site !== undefined) return site.toUpperCase();
  }
  return undefined;
}

async function discoverFrom(clientSubnet: string, options: DiscoverOptions): Promise<Discovery> {
  const { distributionDomain: name, server, timeoutMs = 5_000 } = options;
  if (!isSubnet(clientSubnet)) {
    return { kind: 'failed', clientSubnet, message: 'is not a network such as 18.184.0.0/24' };
  }
  try {
    const answers = await answersOf({ name, type: 'A', clientSubnet }, server, timeoutMs);
    const addresses = new Set(answers.flatMap((answer) => (answer.type === 'A' ? [answer.data] : [])));
    const edges = await Promise.all(
      [...addresses].map(async (address): Promise<DiscoveredEdge> => {
        const site = await siteOf(address, server, timeoutMs);
        return site === undefined ? { address } : { address, site };
      }),
    );
    return { kind: 'edges', clientSubnet, edges };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', clientSubnet, message };
  }
}

/**
 * Asks which edges clients of some networks are sent to (EDNS Client Subnet, RFC 7871), and by the edges' names at
 * which sites they stand. For a region whose list of codes has grown stale. Never rejects.
 */
export function discoverEdges(options: DiscoverOptions): Promise<readonly Discovery[]> {
  return Promise.all(options.clientSubnets.map((clientSubnet) => discoverFrom(clientSubnet, options)));
}
