import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { parseJson } from '../../errors/json-fault';
import type { AddressPolicy } from '../engine/addresses/address-guard';
import { givenFirst } from '../engine/addresses/given-addresses';
import { type GuardedResolver, guardedResolver } from '../engine/addresses/guarded-resolver';
import { publishedOnly } from '../engine/addresses/published-ranges';
import type { BlobStore } from '../engine/ports/blob-store';
import type { Resolver } from '../engine/ports/resolver';
import { createResolver } from '../net/resolver';
import type { GetSizeSettings } from '../settings';

/** Resolver, port and certificates by which a function or agent reaches edges. */
export interface Edges {
  readonly policy: AddressPolicy;
  readonly resolver: GuardedResolver;
  readonly edgePort: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. */
  readonly ca: string | undefined;
}

/** What an operator says of edges. */
const givenEdges = z.object({
  /** Ranges in which addresses of CloudFront are; empty for all that are public. */
  cidrBlocks: z.array(z.string()),
  /** Addresses by the code of their PoP. */
  popAddresses: z.record(z.string(), z.array(z.string())),
});

interface GivenEdgesSource {
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly key: string;
  /** Whether DNS alone says the addresses, for a check of the names in it. @default false */
  readonly namesOnly?: boolean;
}

async function readText(blobs: Pick<BlobStore, 'read'>, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blobs.read(key)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * Returns a resolver that knows what the operator says of edges; that is read with the first name. Rejects where it cannot be read: a
 * check that was asked for is never left out.
 */
function withGivenEdges(resolver: Resolver, { blobs, key, namesOnly }: GivenEdgesSource): Resolver {
  let opening: Promise<Resolver> | undefined;
  async function open(): Promise<Resolver> {
    const { cidrBlocks, popAddresses } = givenEdges.parse(parseJson(await readText(blobs, key)));
    const found = namesOnly ? resolver : givenFirst(resolver, popAddresses);
    return cidrBlocks.length === 0 ? found : publishedOnly(found, { cidrs: cidrBlocks });
  }
  return {
    resolve: async (name, signal) => {
      opening ??= open().catch((cause: unknown) => {
        opening = undefined;
        throw new Error(`cannot read what is said of edges, ${key}; deploy the stack again`, { cause });
      });
      return (await opening).resolve(name, signal);
    },
  };
}

/**
 * A resolver of the operator's own may answer with private addresses; the public DNS may not.
 * @param given where what the operator says of edges is, if anything
 */
export function openEdges(
  settings: Pick<GetSizeSettings, 'RESOLVER' | 'EDGE_PORT' | 'EDGE_CA_FILE'>,
  given?: GivenEdgesSource,
): Edges {
  const { RESOLVER, EDGE_PORT, EDGE_CA_FILE } = settings;
  const policy: AddressPolicy = RESOLVER === undefined ? 'public' : 'any';
  const dns = createResolver(RESOLVER === undefined ? {} : { servers: [RESOLVER] });
  return {
    policy,
    resolver: guardedResolver(given === undefined ? dns : withGivenEdges(dns, given), policy),
    edgePort: EDGE_PORT === undefined ? undefined : Number(EDGE_PORT),
    ca: EDGE_CA_FILE === undefined ? undefined : readFileSync(EDGE_CA_FILE, 'utf8'),
  };
}

/** Returns where what the operator says of edges is; nothing where nothing is said. */
export function givenEdgesIn(
  blobs: Pick<BlobStore, 'read'>,
  { EDGES_KEY: key }: Pick<GetSizeSettings, 'EDGES_KEY'>,
): GivenEdgesSource | undefined {
  return key === undefined ? undefined : { blobs, key };
}
