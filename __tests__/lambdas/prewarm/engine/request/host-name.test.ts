import { resolveDistribution } from '../../../../../lambdas/prewarm/engine/request/distribution';
import { asHostName, isHostName } from '../../../../../lambdas/prewarm/engine/request/host-name';

const HUGE = ['\u6f22'.repeat(2_600_000), 'a.'.repeat(6_000_000), `${'a'.repeat(6_000_000)}.cloudfront.net`];

describe('a host name', () => {
  it('is in lower case, and in punycode where it is international', () => {
    expect(asHostName(' WWW.B\u00fccher.example ')).toBe('www.xn--bcher-kva.example');
    expect(isHostName('www.xn--bcher-kva.example')).toBe(true);
  });

  it('that is longer than any can be is not converted, is none, and is not looked up', async () => {
    const resolver = {
      resolve: () => Promise.reject(new Error('looked up')),
    };
    for (const name of [...HUGE, `${'a'.repeat(64)}.cloudfront.net`]) {
      expect(isHostName(asHostName(name))).toBe(false);
      expect(await resolveDistribution(name, resolver)).toMatchObject({ kind: 'refused' });
    }
  });
});
