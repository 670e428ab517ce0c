import type { Resolver } from '../ports/resolver';
import { type AddressRange, parseAddress, parseCidr, within } from './address-guard';

/** The address ranges that AWS publishes for CloudFront. */
export interface PublishedRanges {
  /** As AWS writes it, such as `2026-11-20-21-03-12`. */
  readonly createDate: string;
  /** IPv4 and IPv6, as `address/bits`. */
  readonly cidrs: readonly string[];
}

const CLOUDFRONT = 'CLOUDFRONT';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value instanceof Object;
}

function prefixesOf(entries: unknown, field: string): readonly string[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    const cidr = isRecord(entry) && entry['service'] === CLOUDFRONT ? entry[field] : undefined;
    return typeof cidr === 'string' && parseCidr(cidr) !== undefined ? [cidr] : [];
  });
}

/**
 * CloudFront's ranges of the document that AWS publishes; nothing where it is another one, or has none of them.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html
 */
export function parsePublishedRanges(document: unknown): PublishedRanges | undefined {
  if (!isRecord(document)) return undefined;
  const { createDate } = document;
  const cidrs = [
    ...prefixesOf(document['prefixes'], 'ip_prefix'),
    ...prefixesOf(document['ipv6_prefixes'], 'ipv6_prefix'),
  ];
  return typeof createDate === 'string' && cidrs.length > 0 ? { createDate, cidrs } : undefined;
}

/** Returns the ranges in the shape of the document that AWS publishes, with CloudFront's alone. */
export function publishedDocument({ createDate, cidrs }: PublishedRanges): unknown {
  const v6 = cidrs.filter((cidr) => cidr.includes(':'));
  const v4 = cidrs.filter((cidr) => !cidr.includes(':'));
  return {
    createDate,
    prefixes: v4.map((cidr) => ({ ip_prefix: cidr, service: CLOUDFRONT })),
    ipv6_prefixes: v6.map((cidr) => ({ ipv6_prefix: cidr, service: CLOUDFRONT })),
  };
}

/** Ranges to hold addresses against; without the date where whoever gives them does not say it. */
export type RangesOfEdges = Pick<PublishedRanges, 'cidrs'> & Partial<PublishedRanges>;

/**
 * Returns a resolver that takes, of a name under cloudfront.net, only the addresses that AWS publishes as CloudFront's: a second
 * check beside that they are public. A name that has none left is `refused`, with what to do.
 */
export function publishedOnly(resolver: Resolver, { createDate, cidrs }: RangesOfEdges): Resolver {
  const ranges = cidrs.map(parseCidr).filter((range): range is AddressRange => range !== undefined);
  const when = createDate === undefined ? '' : ` on ${createDate}`;
  function isPublished(address: string): boolean {
    const bytes = parseAddress(address);
    return bytes !== undefined && ranges.some((range) => within(bytes, range));
  }
  return {
    resolve: async (name, signal) => {
      const resolution = await resolver.resolve(name, signal);
      if (resolution.kind !== 'addresses' || !name.toLowerCase().endsWith('.cloudfront.net'))
        return resolution;
      const addresses = resolution.addresses.filter(isPublished);
      return addresses.length > 0 || resolution.addresses.length === 0
        ? { ...resolution, addresses }
        : {
            kind: 'refused',
            message: `${name} has only addresses outside the ranges that AWS published for CloudFront${when}: ${resolution.addresses.join(', ')}; \`warmpath prewarm ip-ranges\` gets the ranges of today`,
          };
    },
  };
}
