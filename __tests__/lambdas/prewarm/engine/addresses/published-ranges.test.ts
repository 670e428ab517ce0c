import {
  parsePublishedRanges,
  publishedDocument,
  publishedOnly,
} from '../../../../../lambdas/prewarm/engine/addresses/published-ranges';
import type { Resolution } from '../../../../../lambdas/prewarm/engine/ports/resolver';

/** In the form in which AWS publishes them. */
const document = {
  syncToken: '1732100000',
  createDate: '2026-11-20-21-03-12',
  prefixes: [
    { ip_prefix: '120.52.22.96/27', region: 'GLOBAL', service: 'AMAZON', network_border_group: 'GLOBAL' },
    { ip_prefix: '120.52.22.96/27', region: 'GLOBAL', service: 'CLOUDFRONT', network_border_group: 'GLOBAL' },
    { ip_prefix: '3.5.140.0/22', region: 'ap-northeast-2', service: 'S3', network_border_group: 'x' },
    { ip_prefix: 'nonsense', service: 'CLOUDFRONT' },
    'nonsense',
  ],
  ipv6_prefixes: [{ ipv6_prefix: '2600:9000:3000::/36', region: 'GLOBAL', service: 'CLOUDFRONT' }],
};
const ranges = parsePublishedRanges(document)!;

function resolving(resolution: Resolution) {
  return publishedOnly({ resolve: async () => resolution }, ranges);
}

function addresses(...list: readonly string[]): Resolution {
  return { kind: 'addresses', addresses: list, canonicalName: 'd1.cloudfront.net' };
}

describe('the ranges that AWS publishes', () => {
  it('are read for CloudFront alone, and kept in the same form', () => {
    expect(ranges).toEqual({
      createDate: '2026-11-20-21-03-12',
      cidrs: ['120.52.22.96/27', '2600:9000:3000::/36'],
    });
    expect(parsePublishedRanges(publishedDocument(ranges))).toEqual(ranges);
  });

  it.each([[null], [[]], ['x'], [{}], [{ ...document, prefixes: [], ipv6_prefixes: 4 }]])(
    'are not read from %j',
    (other) => {
      expect(parsePublishedRanges(other)).toBeUndefined();
    },
  );

  it('leave of a name under cloudfront.net what is in them', async () => {
    const found = await resolving(
      addresses('120.52.22.95', '120.52.22.127', '2600:9000:3fff::1', '8.8.8.8'),
    ).resolve('d1.FRA56-P4.cloudfront.net');
    expect(found).toMatchObject({ addresses: ['120.52.22.127', '2600:9000:3fff::1'] });
    expect(await resolving(addresses('8.8.8.8')).resolve('D1.CloudFront.net')).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/outside the ranges .* on 2026-11-20-21-03-12: 8\.8\.8\.8; /),
    });
  });

  it('do not touch names elsewhere, nor what is no address', async () => {
    expect(await resolving(addresses('8.8.8.8')).resolve('www.example.com')).toEqual(addresses('8.8.8.8'));
    expect(await resolving({ kind: 'unknown-name' }).resolve('d1.cloudfront.net')).toEqual({
      kind: 'unknown-name',
    });
    expect(await resolving(addresses()).resolve('d1.cloudfront.net')).toEqual(addresses());
  });
});
