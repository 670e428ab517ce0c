import type { BlobStore } from '../../../../lambdas/prewarm/engine/ports/blob-store';
import { givenEdgesIn, openEdges } from '../../../../lambdas/prewarm/functions/edges';
import { startLoopbackCdn } from '../../../../scripts/loopback-cdn';

const KEY = 'settings/edges-1.json';

/** A bucket with what the operator says of edges, which may not be readable at first. */
function bucket(said: unknown, failures = 0): Pick<BlobStore, 'read'> & { readonly reads: () => number } {
  let reads = 0;
  return {
    reads: () => reads,
    async *read(key) {
      reads += 1;
      if (reads <= failures) throw new Error('throttled');
      if (key === KEY) yield Buffer.from(JSON.stringify(said));
    },
  };
}

function resolverWith(server: string, blobs: Pick<BlobStore, 'read'>) {
  return openEdges({ RESOLVER: server }, givenEdgesIn(blobs, { EDGES_KEY: KEY })).resolver;
}

function name(pop: string): string {
  return `d111111abcdef8.${pop}.cloudfront.net`;
}

describe('what an operator says of edges', () => {
  it('is read once, with the first name: ranges to be in, and addresses of PoPs', async () => {
    await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
    const blobs = bucket({ cidrBlocks: ['127.0.0.2/32'], popAddresses: { 'NRT57-P3': ['127.0.0.2'] } });
    const resolver = resolverWith(cdn.resolver, blobs);
    expect(blobs.reads()).toBe(0);
    expect(await resolver.resolve(name('FRA56-P4'))).toMatchObject({ addresses: ['127.0.0.2'] });
    expect(await resolver.resolve(name('NRT57-P3'))).toMatchObject({ addresses: ['127.0.0.2'] });
    expect(blobs.reads()).toBe(1);
    const outside = resolverWith(cdn.resolver, bucket({ cidrBlocks: ['10.0.0.0/8'], popAddresses: {} }));
    expect(await outside.resolve(name('FRA56-P4'))).toMatchObject({ kind: 'refused' });
    const nothingSaid = resolverWith(cdn.resolver, bucket({ cidrBlocks: [], popAddresses: {} }));
    expect(await nothingSaid.resolve(name('FRA56-P4'))).toMatchObject({ kind: 'addresses' });
  });

  it('is never left out: where it cannot be read no address is given, until it can', async () => {
    await using cdn = await startLoopbackCdn();
    const resolver = resolverWith(cdn.resolver, bucket({ cidrBlocks: [], popAddresses: {} }, 1));
    await expect(resolver.resolve(cdn.distributionDomain)).rejects.toThrow(KEY);
    expect(await resolver.resolve(cdn.distributionDomain)).toMatchObject({ kind: 'addresses' });
    const damaged = resolverWith(cdn.resolver, bucket({ cidrBlocks: 'all' }));
    await expect(damaged.resolve(cdn.distributionDomain)).rejects.toThrow(KEY);
  });

  it('is nothing without a key', () => {
    expect(givenEdgesIn(bucket({}), {})).toBeUndefined();
  });
});
