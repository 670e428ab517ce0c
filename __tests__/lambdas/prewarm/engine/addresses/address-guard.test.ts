import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import {
  addressRefusal,
  guardAddresses,
  parseAddress,
} from '../../../../../lambdas/prewarm/engine/addresses/address-guard';
import { guardedResolver } from '../../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { fixedResolver, leadsTo } from '../../support/request-context';

describe('the address guard', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['fd12::1', 'private (unique local)'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['169.254.169.254', 'instance metadata'],
    ['169.254.170.2', 'container metadata'],
    ['fd00:ec2::254', 'instance metadata'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['192.0.2.1', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::ffff:a9fe:a9fe', 'IPv4-mapped'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['240.0.0.1', 'reserved'],
    ['4000::1', 'not global unicast'],
    ['::127.0.0.1', 'not global unicast'],
  ])('refuses %s: %s', (address, reason) => {
    expect(addressRefusal(address, 'public')).toBe(reason);
  });

  it.each(['13.32.1.2', '205.251.249.10', '172.32.0.1', '100.128.0.1', '2600:9000:5300::1'])(
    'lets %s pass',
    (address) => {
      expect(addressRefusal(address, 'public')).toBeUndefined();
    },
  );

  it.each([
    '',
    'localhost',
    '127.1',
    '010.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '256.1.1.1',
    'fe80::1%eth0',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '1.2.3.4::',
    '1.2.3.4 ',
  ])('takes %j for no address', (text) => {
    expect(addressRefusal(text, 'any')).toBe('not an IP address');
  });

  it('lets private addresses pass only where the operator opted in, metadata and multicast never', () => {
    expect(
      guardAddresses(['127.0.0.2', '10.0.0.1', '::1', '169.254.169.254', 'ff02::1', '0.0.0.0'], 'any'),
    ).toEqual({
      allowed: ['127.0.0.2', '10.0.0.1', '::1'],
      refused: ['169.254.169.254 (instance metadata)', 'ff02::1 (multicast)', '0.0.0.0 (unspecified)'],
    });
  });

  it('reads the addresses that the system reads, and no others', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.ipV4Extended(),
          fc.string({ unit: fc.constantFrom(...'0123f:.'), maxLength: 20 }),
        ),
        (text) => {
          expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('never lets an address of a special network pass, in any spelling', () => {
    const special = { ipv4: new BlockList(), ipv6: new BlockList() };
    for (const [net, bits] of [
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
      ['224.0.0.0', 3],
    ] as const)
      special.ipv4.addSubnet(net, bits, 'ipv4');
    for (const [net, bits] of [
      ['::', 3],
      ['4000::', 2],
      ['8000::', 1],
      ['2001:db8::', 32],
      ['2002::', 16],
    ] as const)
      special.ipv6.addSubnet(net, bits, 'ipv6');
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
        if (special[family].check(address, family)) expect(addressRefusal(address, 'public')).toBeDefined();
        expect(addressRefusal(address.toUpperCase(), 'public')).toBe(addressRefusal(address, 'public'));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a guarded resolver', () => {
  const resolver = guardedResolver(
    fixedResolver({
      'mixed.example': leadsTo('mixed.example', '10.0.0.1', '13.32.0.1'),
      'inside.example': leadsTo('inside.example', '10.0.0.1'),
    }),
    'public',
  );

  it('answers only addresses that may be contacted', async () => {
    expect(await resolver.resolve('mixed.example')).toMatchObject({ addresses: ['13.32.0.1'] });
    expect(await resolver.resolve('inside.example')).toEqual({
      kind: 'refused',
      message: 'inside.example has only addresses that are not contacted: 10.0.0.1 (private)',
    });
    expect(await resolver.resolve('other.example')).toEqual({ kind: 'unknown-name' });
  });
});
