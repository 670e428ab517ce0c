/**
 * Which addresses may be contacted. `public`: only what the public Internet routes. `any`: also private and loopback
 * ones, which an operator opts into together with a test resolver; it is never inferred.
 */
export type AddressPolicy = 'public' | 'any';

type Bytes = readonly number[];

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function groupsOf(text: string): Bytes | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const dotted = index === groups.length - 1 && group.includes('.') ? parseIpv4(group) : undefined;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

function parseIpv6(text: string): Bytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = groupsOf(halves[1] ?? '');
  // A dotted quad stands at the end of the whole address only.
  if (!head || !tail || (halves.length === 2 && halves[0]?.includes('.'))) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing >= 2 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined;
}

/** 4 or 16 bytes, or nothing where the text is not an address (zones and octal numbers are not). */
export function parseAddress(text: string): Bytes | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** A range of addresses. */
export interface AddressRange {
  readonly prefix: Bytes;
  readonly bits: number;
}

interface Network extends AddressRange {
  readonly what: string;
  /** Refused under every policy: no test has an edge there. */
  readonly always: boolean;
}

/** Returns the range of `address/bits`; nothing where the text is none. */
export function parseCidr(cidr: string): AddressRange | undefined {
  const [address = '', bits = '', ...rest] = cidr.split('/');
  const prefix = parseAddress(address);
  if (prefix === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  return Number(bits) <= 8 * prefix.length ? { prefix, bits: Number(bits) } : undefined;
}

function network(cidr: string, what: string, always = false): Network {
  const range = parseCidr(cidr);
  if (!range) throw new Error(`address guard: ${cidr} is not a network`);
  return { ...range, what, always };
}

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry; the first match names the reason. */
const NETWORKS: readonly Network[] = [
  network('169.254.169.254/32', 'instance metadata', true),
  network('169.254.170.0/24', 'container metadata', true),
  network('fd00:ec2::/32', 'instance metadata', true),
  network('0.0.0.0/8', 'unspecified', true),
  network('::/128', 'unspecified', true),
  network('224.0.0.0/4', 'multicast', true),
  network('ff00::/8', 'multicast', true),
  network('255.255.255.255/32', 'broadcast', true),
  network('::ffff:0:0/96', 'IPv4-mapped', true),
  network('10.0.0.0/8', 'private'),
  network('172.16.0.0/12', 'private'),
  network('192.168.0.0/16', 'private'),
  network('fc00::/7', 'private (unique local)'),
  network('127.0.0.0/8', 'loopback'),
  network('::1/128', 'loopback'),
  network('169.254.0.0/16', 'link-local'),
  network('fe80::/10', 'link-local'),
  network('fec0::/10', 'site-local'),
  network('100.64.0.0/10', 'carrier-grade NAT'),
  network('192.0.0.0/24', 'reserved for protocols'),
  network('192.0.2.0/24', 'documentation'),
  network('198.51.100.0/24', 'documentation'),
  network('203.0.113.0/24', 'documentation'),
  network('2001:db8::/32', 'documentation'),
  network('3fff::/20', 'documentation'),
  network('192.88.99.0/24', '6to4'),
  network('2002::/16', '6to4'),
  network('198.18.0.0/15', 'benchmarking'),
  network('240.0.0.0/4', 'reserved'),
  network('64:ff9b::/96', 'NAT64'),
  network('64:ff9b:1::/48', 'NAT64'),
  network('2001::/23', 'reserved for protocols'),
];

const GLOBAL_UNICAST = network('2000::/3', 'global unicast');

export function within(address: Bytes, { prefix, bits }: AddressRange): boolean {
  if (address.length !== prefix.length) return false;
  const whole = bits >> 3;
  for (let index = 0; index < whole; index += 1) if (address[index] !== prefix[index]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((address[whole] ?? 0) & mask) === ((prefix[whole] ?? 0) & mask);
}

/** Returns the host of a URL as an address is written: WHATWG URLs have IPv6 addresses in brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** Returns why this address must not be contacted, in one or two words; nothing where it may be. */
export function addressRefusal(address: string, policy: AddressPolicy): string | undefined {
  const bytes = parseAddress(address);
  if (!bytes) return 'not an IP address';
  const found = NETWORKS.find((candidate) => within(bytes, candidate));
  if (found) return found.always || policy === 'public' ? found.what : undefined;
  if (bytes.length === 16 && !within(bytes, GLOBAL_UNICAST) && policy === 'public')
    return 'not global unicast';
  return undefined;
}

/** Returns the addresses that may be contacted, and what is wrong with the others. */
export function guardAddresses(
  addresses: readonly string[],
  policy: AddressPolicy,
): { readonly allowed: readonly string[]; readonly refused: readonly string[] } {
  const allowed: string[] = [];
  const refused: string[] = [];
  for (const address of addresses) {
    const reason = addressRefusal(address, policy);
    if (reason === undefined) allowed.push(address);
    else refused.push(`${address} (${reason})`);
  }
  return { allowed, refused };
}
