import { givenFirst } from '../../../../../lambdas/prewarm/engine/addresses/given-addresses';
import { guardedResolver } from '../../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { publishedOnly } from '../../../../../lambdas/prewarm/engine/addresses/published-ranges';

const dns = { resolve: async () => ({ kind: 'unknown-name' }) as const };

describe('given addresses of PoPs', () => {
  it('stand in for their names alone, in any case of letters', async () => {
    const resolver = givenFirst(dns, { 'FRA56-P4': ['120.52.22.97'] });
    for (const name of ['d1.FRA56-P4.cloudfront.net', 'D2.fra56-p4.CLOUDFRONT.net'])
      expect(await resolver.resolve(name)).toMatchObject({ kind: 'addresses', addresses: ['120.52.22.97'] });
    for (const name of [
      'd1.FRA56-P3.cloudfront.net',
      'd1.cloudfront.net',
      'd1.FRA56-P4.cloudfront.net.example',
    ])
      expect(await resolver.resolve(name)).toEqual({ kind: 'unknown-name' });
  });

  it('pass both checks of addresses, as those of DNS do', async () => {
    const given = givenFirst(dns, { FRA56: ['10.0.0.1'], NRT57: ['8.8.8.8'] });
    const resolver = guardedResolver(
      publishedOnly(given, { cidrs: ['120.52.22.96/27', '10.0.0.0/8'] }),
      'public',
    );
    expect(await resolver.resolve('d1.FRA56.cloudfront.net')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('10.0.0.1 (private)'),
    });
    expect(await resolver.resolve('d1.NRT57.cloudfront.net')).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('outside the ranges'),
    });
  });
});
